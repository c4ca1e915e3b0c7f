import { PlusOutlined } from "@/ui/icons";
import { Button, Checkbox, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Case } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { isComposing } from "@/ui/keys";
import { StateView } from "@/ui/StateView";
import { useFormat, useNow } from "@/ui/useFormat";
import { useDocument } from "./Missing";

/** The checklist: what the stages ask for, and whatever else came in. */
export function Documents({ found }: { found: Case }) {
  const { t } = useTranslation("pipeline");
  const format = useFormat();
  const now = useNow(30_000);
  const { busy, put } = useDocument(found);
  const [name, setName] = useState("");
  const edit = findAction(found.allowedActions, "edit");
  const refused = edit?.allowed === false ? edit.reason?.message : undefined;
  const add = () => {
    if (!name.trim() || busy) return;
    void put(name.trim(), true).then(() => setName(""));
  };
  const received = found.documents.filter((document) => document.received).length;
  return (
    <div className="lb-stack">
      {found.documents.length === 0 ? (
        <StateView title={t("document.none")} detail={t("document.noneDetail")} />
      ) : (
        <>
          <p className="lb-muted">{t("document.count", { received, count: found.documents.length })}</p>
          <ul className="lb-lines">
            {found.documents.map((document) => (
              <li key={document.name} className="lb-line">
                <Checkbox checked={document.received} disabled={busy || !edit?.allowed} title={refused ?? ""} onChange={(event) => void put(document.name, event.target.checked)}>
                  {document.name}
                </Checkbox>
                <span className="lb-meta lb-faint">{document.receivedAt ? t("document.at", { time: format.relative(document.receivedAt, now) }) : t("document.waiting")}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {edit?.allowed && (
        <div className="lb-row">
          <Input value={name} maxLength={40} aria-label={t("document.other")} placeholder={t("document.other")} onChange={(event) => setName(event.target.value)} onPressEnter={(event) => !isComposing(event.nativeEvent) && add()} />
          <Button icon={<PlusOutlined />} disabled={!name.trim()} loading={busy} onClick={add}>
            {t("document.add")}
          </Button>
        </div>
      )}
      {refused && <p className="lb-meta lb-muted">{refused}</p>}
    </div>
  );
}
