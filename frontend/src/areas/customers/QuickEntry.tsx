import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Qualification as Known } from "@/api/types";
import { percent } from "@/ui/format";
import { useKeys } from "@/ui/keys";
import type { CityName, FactValue, QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { StateView } from "@/ui/StateView";
import type { Sent } from "./Qualification";

interface QuickEntryProps {
  known: Known;
  fields: ReadonlyMap<string, QualificationField>;
  cities: readonly CityName[];
  sent: Readonly<Record<string, Sent>>;
  onSave: (code: string, value: FactValue | null) => Promise<Known | null>;
  onClose: () => void;
}

/** The unknown fields one after another, the most valuable first; hands stay on the keyboard: Enter saves, Alt+→ skips, Alt+← goes back. */
export function QuickEntry({ known, fields, cities, sent, onSave, onClose }: QuickEntryProps) {
  const { t } = useTranslation("customers");
  const [passed, setPassed] = useState<readonly string[]>([]);
  const [back, setBack] = useState<string | null>(null);
  const refused = Object.keys(sent).find((code) => sent[code]?.refusal);
  const open = known.askNext.filter((code) => !passed.includes(code) && !sent[code] && fields.has(code));
  const code = back ?? refused ?? open[0];
  const field = code === undefined ? undefined : fields.get(code);
  const pass = () => {
    if (!code) return;
    setBack(null);
    setPassed((before) => [...before.filter((other) => other !== code), code]);
  };
  const previous = () => {
    const at = code ? passed.indexOf(code) : -1;
    const wanted = at < 0 ? passed.at(-1) : passed[at - 1];
    if (wanted) setBack(wanted);
  };
  const done = (value: FactValue | null) => {
    if (code && value !== null) void onSave(code, value);
    pass();
  };
  useKeys(t("qualification.quick.title"), {
    "alt+ArrowRight": { run: pass, label: t("qualification.quick.skip") },
    "alt+ArrowLeft": { run: previous, label: t("qualification.quick.back") },
    Escape: { run: onClose, label: t("keys.close") },
  });
  const value = (field && ((sent[field.code]?.value ?? known.fields.find((entry) => entry.field === field.code)?.value ?? null) as FactValue | null)) ?? null;
  return (
    <section className="lb-quick" aria-label={t("qualification.quick.title")}>
      {field ? (
        <>
          <header className="lb-row lb-between">
            <span className="lb-row">
              <h3>{field.title}</h3>
              <span className="lb-meta lb-muted">{[t(`qualification.group.${field.group}`), field.hint].filter(Boolean).join(" · ")}</span>
            </span>
            <span className="lb-meta lb-faint">{t("qualification.quick.left", { count: open.length, percent: percent(known.completenessBps) })}</span>
          </header>
          <QualificationInput key={field.code} field={field} value={value} cities={cities} autoFocus refusal={sent[field.code]?.refusal ?? null} onDone={done} onCancel={onClose} />
          <footer className="lb-row lb-row-wrap">
            <Button size="small" onClick={previous} disabled={passed.length === 0}>
              {t("qualification.quick.back")}
            </Button>
            <Button size="small" onClick={pass}>
              {t("qualification.quick.skip")}
            </Button>
            <Button size="small" type="text" onClick={onClose}>
              {t("qualification.quick.close")}
            </Button>
            <span className="lb-meta lb-faint lb-key-hint">{t("qualification.quick.hint")}</span>
          </footer>
        </>
      ) : (
        <StateView
          title={t("qualification.quick.done")}
          detail={t("qualification.quick.doneDetail", { percent: percent(known.completenessBps) })}
          action={
            <>
              {passed.length > 0 && known.askNext.length > 0 && <Button onClick={() => setPassed([])}>{t("qualification.quick.again")}</Button>}
              <Button onClick={onClose}>{t("qualification.quick.close")}</Button>
            </>
          }
        />
      )}
    </section>
  );
}
