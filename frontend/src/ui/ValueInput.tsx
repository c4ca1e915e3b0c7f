import { Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseAmount } from "./format";
import { RegionPicker } from "./RegionPicker";
import { moneyText, shift } from "./rules/decimal";
import type { Literal, Place, RuleField } from "./rules/types";
import { useText } from "./useText";

interface ValueInputProps {
  /** Kind, unit and choices of what is entered. */
  field: Pick<RuleField, "kind" | "unit" | "choices">;
  value: Literal;
  onChange: (value: Literal) => void;
  label: string;
  places: readonly Place[];
  disabled?: boolean;
}

/** One value of a typed field with its unit inside the control: 50万 元, 12 个月, 70 %, a choice, a city. */
export function ValueInput({ field, value, onChange, label, places, disabled = false }: ValueInputProps) {
  const { t } = useTranslation("rules");
  if (field.kind === "bool") {
    const options = [true, false].map((answer) => ({ value: answer, label: t(answer ? "value.yes" : "value.no") }));
    return <Select aria-label={label} disabled={disabled} className="lb-value" value={value as boolean | null} options={options} onChange={onChange} />;
  }
  if (field.kind === "choice" || field.kind === "set") {
    return <Select aria-label={label} disabled={disabled} className="lb-value" placeholder={t("value.choose")} value={value as string | null} options={choicesOf(field)} showSearch={{ optionFilterProp: "label" }} onChange={onChange} />;
  }
  if (field.kind === "city") return <RegionPicker label={label} disabled={disabled} places={places} value={value === null ? [] : [Number(value)]} onChange={([code]) => onChange(code ?? null)} />;
  return <NumberText kind={field.kind} unit={field.unit} value={value} onChange={onChange} label={label} disabled={disabled} />;
}

/** Several values of a choice or city. */
export function ValuesInput({ field, values, onChange, label, places, disabled = false }: Omit<ValueInputProps, "value" | "onChange"> & { values: Literal[]; onChange: (values: Literal[]) => void }) {
  const { t } = useTranslation("rules");
  if (field.kind === "city") return <RegionPicker multiple label={label} disabled={disabled} places={places} value={values.map(Number)} onChange={onChange} />;
  if (field.choices.length === 0) return <NumberList field={field} values={values} onChange={onChange} label={label} disabled={disabled} />;
  return <Select mode="multiple" aria-label={label} disabled={disabled} className="lb-value lb-value-many" placeholder={t("value.choose")} value={values as string[]} options={choicesOf(field)} showSearch={{ optionFilterProp: "label" }} onChange={onChange} />;
}
const choicesOf = (field: Pick<RuleField, "choices">) => field.choices.map(({ code, title }) => ({ value: code, label: title }));

type NumberKind = "money" | "number" | "ratio";
/** The literal of what was typed; null when it is none. */
export function readNumber(kind: NumberKind, text: string): number | null {
  if (kind === "money") return parseAmount(text.replace(/^[¥￥]/, ""));
  const plain = text.trim().replace(/[%％]$/, "").replaceAll(",", "");
  if (!/^\d{1,15}(\.\d+)?$/.test(plain)) return null;
  const value = Number(kind === "ratio" ? shift(plain, 2) : plain);
  return Number.isSafeInteger(value) ? value : null;
}
function numberText(kind: NumberKind, value: Literal, english: boolean): string {
  if (typeof value !== "number") return "";
  if (kind === "money") return moneyText(String(value), english).replace(/元$|^¥/, "");
  return kind === "ratio" ? shift(String(value), -2) : String(value);
}

function NumberText({ kind, unit, value, onChange, label, disabled }: { kind: NumberKind; unit: string; value: Literal; onChange: (value: Literal) => void; label: string; disabled: boolean }) {
  const { t, i18n } = useTranslation("rules");
  const [touched, setTouched] = useState(false);
  const [text, setText] = useText(value, (one) => numberText(kind, one, i18n.language === "en"), (typed) => readNumber(kind, typed));
  const wrong = touched && text.trim() !== "" && readNumber(kind, text) === null;
  const unitWord = t(`unit.${unit}`, { defaultValue: "" });
  return (
    <Input
      className="lb-value"
      aria-label={label}
      aria-invalid={wrong}
      title={wrong ? t("value.wrong") : undefined}
      status={wrong ? "error" : undefined}
      disabled={disabled}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      suffix={<span className="lb-muted lb-meta">{unitWord}</span>}
      onChange={(event) => {
        setText(event.target.value);
        onChange(readNumber(kind, event.target.value));
      }}
      onBlur={() => {
        setTouched(true);
        const read = readNumber(kind, text);
        if (read !== null) setText(numberText(kind, read, i18n.language === "en"));
      }}
    />
  );
}

/** Numbers of a list, parted by commas or spaces. */
function NumberList({ field, values, onChange, label, disabled }: { field: Pick<RuleField, "kind" | "unit">; values: Literal[]; onChange: (values: Literal[]) => void; label: string; disabled: boolean }) {
  const { i18n, t } = useTranslation("rules");
  const kind = field.kind === "money" || field.kind === "ratio" ? field.kind : "number";
  const show = (many: Literal[]) => many.map((one) => numberText(kind, one, i18n.language === "en")).join(", ");
  const read = (typed: string) => typed.split(/[,，、\s]+/).filter(Boolean).map((one) => readNumber(kind, one));
  const [text, setText] = useText(values, show, read, (a, b) => a.join() === b.join());
  return (
    <Input
      className="lb-value lb-value-many"
      aria-label={label}
      disabled={disabled}
      autoComplete="off"
      value={text}
      suffix={<span className="lb-muted lb-meta">{t(`unit.${field.unit}`, { defaultValue: "" })}</span>}
      onChange={(event) => {
        setText(event.target.value);
        onChange(read(event.target.value));
      }}
    />
  );
}
