import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { byGroup, type CityName, type Facts, type FactValue, type QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";

interface FactsFormProps {
  fields: readonly QualificationField[];
  facts: Facts;
  cities: readonly CityName[];
  refusals: Readonly<Record<string, string>>;
  onChange: (code: string, value: FactValue | null) => void;
}
/** How much a field counts; those of the first step are asked at once. */
const FIRST = 3;
const SECOND = 2;

/** A field that says whether the thing of its group is there at all: the others of the group wait for a yes. */
const gateOf = (items: readonly QualificationField[]): QualificationField | undefined => (items[0]?.kind === "bool" ? items[0] : undefined);

/** The fields that matter first, then more on demand; what hangs on a "yes" comes with it. */
export function FactsForm({ fields, facts, cities, refusals, onChange }: FactsFormProps) {
  const { t } = useTranslation(["match", "customers"]);
  const [least, setLeast] = useState<number>(FIRST);
  const groups = byGroup(fields);
  const wanted = groups.filter(([group]) => group === "wanted");
  const others = groups.filter(([group]) => group !== "wanted");
  const shown = (items: readonly QualificationField[]) => {
    const gate = gateOf(items);
    const through = !gate || facts[gate.code] === true;
    return items.filter((field) => (field.code in facts && facts[field.code] !== null) || (field === gate ? field.weight >= Math.min(least, SECOND) : through && (field.weight >= least || (gate && field.weight >= SECOND))));
  };
  const hidden = fields.filter((field) => !groups.some(([, items]) => shown(items).includes(field))).length;
  return (
    <form className="lb-stack" aria-label={t("facts.title")} onSubmit={(event) => event.preventDefault()}>
      {[...wanted, ...others].map(([group, items]) => {
        const visible = shown(items);
        if (visible.length === 0) return null;
        return (
          <fieldset key={group} className="lb-facts-group">
            <legend>{t(`customers:qualification.group.${group}`)}</legend>
            {visible.map((field) => (
              <div key={field.code} className="lb-facts-field" data-wide={field.kind === "set" || (field.kind === "choice" && field.choices.length > 3 && field.choices.length <= 9)}>
                <span>
                  {field.title}
                  {field.hint && <span className="lb-meta lb-faint"> {field.hint}</span>}
                </span>
                <QualificationInput field={field} value={facts[field.code] ?? null} cities={cities} refusal={refusals[field.code] ?? null} onChange={(value) => onChange(field.code, value)} />
              </div>
            ))}
          </fieldset>
        );
      })}
      {hidden > 0 && least > 1 && (
        <Button onClick={() => setLeast(least - 1)} className="lb-loan-add">
          {t("facts.more", { count: hidden })}
        </Button>
      )}
    </form>
  );
}
