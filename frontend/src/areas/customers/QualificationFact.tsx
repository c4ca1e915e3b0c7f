import { Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { QualificationValue } from "@/api/types";
import { factText, type CityName, type FactValue, type QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { useFormat, useNow } from "@/ui/useFormat";
import type { Sent } from "./Qualification";

interface QualificationFactProps {
  field: QualificationField;
  fact: QualificationValue | undefined;
  sent: Sent | undefined;
  cities: readonly CityName[];
  editing: boolean;
  editable: boolean;
  onEdit: () => void;
  onCancel: () => void;
  onDone: (value: FactValue | null) => void;
  /** Forgets a value that was refused. */
  onDrop: () => void;
  onHistory: () => void;
}

/** One fact: its value is the button that edits it, its source and date the one that shows its history. */
export function QualificationFact({ field, fact, sent, cities, editing, editable, onEdit, onCancel, onDone, onDrop, onHistory }: QualificationFactProps) {
  const { t } = useTranslation(["customers", "ui"]);
  const format = useFormat();
  const now = useNow(30_000);
  const ref = useRef<HTMLDivElement>(null);
  const value = sent ? sent.value : ((fact?.value ?? null) as FactValue | null);
  const known = value !== null;
  const text = factText(field, value, cities, format.english, (key, values) => String(t(key, { ...values })));
  useEffect(() => {
    if (editing) ref.current?.scrollIntoView({ block: "nearest" });
  }, [editing]);
  if (editing) {
    return (
      <div className="lb-qual-fact" data-editing ref={ref}>
        <dt>
          {field.title}
          {field.hint && <span className="lb-meta lb-faint"> {field.hint}</span>}
        </dt>
        <dd>
          <QualificationInput field={field} value={value} cities={cities} autoFocus refusal={sent?.refusal ?? null} onDone={onDone} onCancel={onCancel} />
          <span className="lb-row lb-meta lb-faint">
            <span className="lb-grow lb-key-hint">{t(field.kind === "set" ? "qualification.hintSet" : field.choices.length > 0 || field.kind === "bool" ? "qualification.hintChoice" : "qualification.hintTyped")}</span>
            {fact && (
              <Button size="small" type="text" onClick={() => onDone(null)}>
                {t("qualification.clear")}
              </Button>
            )}
            <Button size="small" type="text" onClick={onCancel}>
              {t("qualification.cancel")}
            </Button>
          </span>
        </dd>
      </div>
    );
  }
  const refused = sent?.refusal;
  return (
    <div className="lb-qual-fact" data-pending={sent !== undefined && !refused}>
      <dt>{field.title}</dt>
      <dd>
        {editable ? (
          <button type="button" className="lb-qual-value" data-unknown={!known} aria-label={t("qualification.edit", { title: field.title, value: text })} onClick={onEdit}>
            {text}
          </button>
        ) : (
          <span className={known ? "" : "lb-faint"}>{text}</span>
        )}
        {refused ? (
          <span className="lb-row lb-meta lb-danger" role="alert">
            {refused}
            <Button size="small" type="text" onClick={onDrop}>
              {t("qualification.drop")}
            </Button>
          </span>
        ) : (
          fact && (
            <button type="button" className="lb-plain lb-qual-told lb-meta lb-faint" title={t("qualification.historyOf", { title: field.title })} onClick={onHistory}>
              {t("qualification.told", { source: t(`qualification.sources.${fact.source}`), time: format.relative(fact.at, Math.max(now, Date.parse(fact.at))) })}
            </button>
          )
        )}
      </dd>
    </div>
  );
}
