import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

const DIGITS = 6;

/** Six boxes over one real input: paste, autofill and screen readers meet a single field; the sixth digit sends it. */
export function CodeInput({ busy, onFull }: { busy: boolean; onFull: (code: string) => Promise<unknown> }) {
  const { t } = useTranslation("signin");
  const [value, setValue] = useState("");
  const id = useId();
  const enter = (text: string) => {
    const digits = text.replace(/\D/g, "").slice(0, DIGITS);
    setValue(digits);
    // A code works once, whether it was right or wrong.
    if (digits.length === DIGITS && digits !== value) void onFull(digits).finally(() => setValue(""));
  };
  return (
    <div className="lb-signin-field">
      <label htmlFor={id}>{t("factor.code")}</label>
      <span className="lb-code">
        <input id={id} value={value} readOnly={busy} inputMode="numeric" autoComplete="one-time-code" autoFocus maxLength={DIGITS + 4} aria-busy={busy} onChange={(event) => enter(event.target.value)} />
        {Array.from({ length: DIGITS }, (_, index) => (
          <span key={index} aria-hidden data-at={index === Math.min(value.length, DIGITS - 1)}>
            {value[index] ?? ""}
          </span>
        ))}
      </span>
    </div>
  );
}
