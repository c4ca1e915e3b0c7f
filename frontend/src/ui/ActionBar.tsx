import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/theme/mode";
import { ActionButton } from "./ActionButton";
import { MoreOutlined } from "./icons";

export interface Act {
  key: string;
  label: string;
  danger?: boolean;
  /** Why it cannot be done now; null when it can. */
  refused: string | null;
  run: () => void;
}

/** A row of buttons; on phones the first one and a sheet with the rest, where the reasons of what is refused can be read. */
export function ActionBar({ acts }: { acts: readonly Act[] }) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const [sheet, setSheet] = useState(false);
  const button = ({ key, label, danger = false, refused, run }: Act, block = false) => (
    <ActionButton key={key} actions={[{ action: key, allowed: refused === null, reason: refused === null ? null : { code: key, message: refused } }]} action={key} danger={danger} block={block} onClick={() => (setSheet(false), run())}>
      {label}
    </ActionButton>
  );
  if (!phone) return acts.map((act) => button(act));
  const [first, ...rest] = acts;
  return (
    <>
      {first && button(first)}
      {rest.length > 0 && (
        <Button icon={<MoreOutlined />} onClick={() => setSheet(true)}>
          {t("actions.more")}
        </Button>
      )}
      <Drawer open={sheet} onClose={() => setSheet(false)} placement="bottom" size="auto" title={t("actions.more")}>
        <div className="lb-stack">
          {rest.map((act) => (
            <div key={act.key} className="lb-stack lb-stack-tight">
              {button(act, true)}
              {act.refused && <span className="lb-meta lb-muted">{act.refused}</span>}
            </div>
          ))}
        </div>
      </Drawer>
    </>
  );
}
