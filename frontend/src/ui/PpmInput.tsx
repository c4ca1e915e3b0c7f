import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { shift } from "./rules/decimal";
import { useText } from "./useText";

const read = (text: string): number | null => {
  const plain = text.trim().replace(/[%％]$/, "");
  return /^\d{1,3}(\.\d{1,4})?$/.test(plain) ? Number(shift(plain, 4)) : null;
};

/** A rate kept in ppm, typed as a percentage with up to four decimals. */
export function PpmInput({ value, onChange, label, id, disabled = false, status }: { value: number | null; onChange: (ppm: number | null) => void; label: string; id?: string; disabled?: boolean; status?: "error" | "" }) {
  const { t } = useTranslation("ui");
  const [left, setLeft] = useState(false);
  const [text, setText] = useText(value, (ppm) => (ppm === null ? "" : shift(String(ppm), -4)), read);
  const wrong = left && text.trim() !== "" && read(text) === null;
  return (
    <Input
      id={id}
      aria-label={label}
      aria-invalid={wrong}
      title={wrong ? t("fact.wrong.ratio") : undefined}
      status={wrong ? "error" : status}
      disabled={disabled}
      inputMode="decimal"
      autoComplete="off"
      suffix="%"
      value={text}
      onBlur={() => setLeft(true)}
      onChange={(event) => {
        setText(event.target.value);
        setLeft(false);
        onChange(read(event.target.value));
      }}
    />
  );
}
