import { Alert, Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LoginPolicy } from "@/api/types";
import { changedParts, differs, draftOf, sentenceOf, type Draft, type PartName } from "./draft";

/** Somebody saved the same policy meanwhile: for each part in which both differ, mine or theirs. */
export function ConflictPanel({ mine, theirs, base, onSettle }: { mine: Draft; theirs: LoginPolicy; base: Draft; onSettle: (theirs: readonly PartName[]) => void }) {
  const { t } = useTranslation("policies");
  const other = draftOf(theirs);
  const parts = changedParts(mine, other);
  // What I did not touch is theirs from the start.
  const [taken, setTaken] = useState<readonly PartName[]>(() => parts.filter((name) => !differs(mine, base, name)));
  return (
    <Alert
      type="warning"
      showIcon
      title={t("conflict.title")}
      description={
        <div className="lb-stack">
          <ul className="lb-stack lb-stack-tight">
            {parts.map((name) => (
              <li key={name} className="lb-row lb-row-wrap lb-between">
                <span>{sentenceOf(theirs, name) ?? t("conflict.off", { title: t(`part.${name}.title`) })}</span>
                <Segmented
                  size="small"
                  aria-label={t(`part.${name}.title`)}
                  value={taken.includes(name) ? "theirs" : "mine"}
                  options={(["mine", "theirs"] as const).map((value) => ({ value, label: t(`conflict.${value}`) }))}
                  onChange={(side) => setTaken(side === "theirs" ? [...taken, name] : taken.filter((one) => one !== name))}
                />
              </li>
            ))}
          </ul>
          <div>
            <Button onClick={() => onSettle(taken)}>{t("conflict.settle")}</Button>
          </div>
        </div>
      }
    />
  );
}
