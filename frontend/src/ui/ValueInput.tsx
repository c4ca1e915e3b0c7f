import { Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RegionPicker } from "./RegionPicker";
import { factInput, parseFact } from "./qualification";
import { moneyInput } from "./rules/decimal";
import type { Literal, Place, RuleField } from "./rules/types";
import { useText } from "./useText";

interface ValueInputProps {
  /** Kind, unit and choices of what is entered. */
  field: RuleField;
  value: Literal;
  onChange: (value: Literal) => void;
  label: string;
  places: readonly Place[];
  disabled?: boolean;
}

/** One value of a typed field with its unit inside the control: 50万 元, 12 个月, 70 %, a choice, a city. */
export function ValueInput({ field, value, onChange, label, places, disabled = false }: ValueInputProps) {
  const { t } = useTranslation(["rules", "ui"]);
  if (field.kind === "bool") {
    const options = [true, false].map((answer) => ({ value: answer, label: t(answer ? "ui:fact.yes" : "ui:fact.no") }));
    return <Select aria-label={label} disabled={disabled} className="lb-value" value={value as boolean | null} options={options} onChange={onChange} />;
  }
  if (field.kind === "choice" || field.kind === "set") {
    return <Select aria-label={label} disabled={disabled} className="lb-value" placeholder={t("value.choose")} value={value as string | null} options={choicesOf(field)} showSearch={{ optionFilterProp: "label" }} onChange={onChange} />;
  }
  if (field.kind === "city") return <RegionPicker label={label} disabled={disabled} places={places} value={value === null ? [] : [Number(value)]} onChange={([code]) => onChange(code ?? null)} />;
  return <NumberText field={field} value={value} onChange={onChange} label={label} disabled={disabled} />;
}

/** Several values of a choice or city. */
export function ValuesInput({ field, values, onChange, label, places, disabled = false }: Omit<ValueInputProps, "value" | "onChange"> & { values: Literal[]; onChange: (values: Literal[]) => void }) {
  const { t } = useTranslation(["rules", "ui"]);
  if (field.kind === "city") return <RegionPicker multiple label={label} disabled={disabled} places={places} value={values.map(Number)} onChange={onChange} />;
  if (field.choices.length === 0) return <NumberList field={field} values={values} onChange={onChange} label={label} disabled={disabled} />;
  return <Select mode="multiple" aria-label={label} disabled={disabled} className="lb-value lb-value-many" placeholder={t("value.choose")} value={values as string[]} options={choicesOf(field)} showSearch={{ optionFilterProp: "label" }} onChange={onChange} />;
}
const choicesOf = (field: RuleField) => field.choices.map(({ code, title }) => ({ value: code, label: title }));

const numberText = (field: RuleField, value: Literal, english: boolean): string =>
  field.kind === "money" && typeof value === "number" ? moneyInput(value, english) : factInput(field, value);

function NumberText({ field, value, onChange, label, disabled }: { field: RuleField; value: Literal; onChange: (value: Literal) => void; label: string; disabled: boolean }) {
  const { t, i18n } = useTranslation(["rules", "ui"]);
  const [touched, setTouched] = useState(false);
  const [text, setText] = useText(value, (one) => numberText(field, one, i18n.language === "en"), (typed) => parseFact(field, typed));
  const wrong = touched && text.trim() !== "" && parseFact(field, text) === null;
  return (
    <Input
      className="lb-value"
      aria-label={label}
      aria-invalid={wrong}
      title={wrong ? t(`ui:fact.wrong.${field.kind}`) : undefined}
      status={wrong ? "error" : undefined}
      disabled={disabled}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      suffix={<span className="lb-muted lb-meta">{t(`ui:fact.suffix.${field.unit}`)}</span>}
      onChange={(event) => {
        setText(event.target.value);
        onChange(parseFact(field, event.target.value));
      }}
      onBlur={() => {
        setTouched(true);
        const read = parseFact(field, text);
        if (read !== null) setText(numberText(field, read, i18n.language === "en"));
      }}
    />
  );
}

/** Numbers of a list, parted by commas or spaces. */
function NumberList({ field, values, onChange, label, disabled }: { field: RuleField; values: Literal[]; onChange: (values: Literal[]) => void; label: string; disabled: boolean }) {
  const { i18n, t } = useTranslation(["rules", "ui"]);
  const show = (many: Literal[]) => many.map((one) => numberText(field, one, i18n.language === "en")).join(", ");
  const read = (typed: string) => typed.split(/[,，、\s]+/).filter(Boolean).map((one) => parseFact(field, one));
  const [text, setText] = useText(values, show, read, (a, b) => a.join() === b.join());
  return (
    <Input
      className="lb-value lb-value-many"
      aria-label={label}
      disabled={disabled}
      autoComplete="off"
      value={text}
      suffix={<span className="lb-muted lb-meta">{t(`ui:fact.suffix.${field.unit}`)}</span>}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}
