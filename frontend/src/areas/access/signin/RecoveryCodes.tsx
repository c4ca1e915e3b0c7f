import { useState } from "react";
import { useTranslation } from "react-i18next";
import "./signin.css";

/** Codes that are shown this once: copy, save, then say so. */
export function RecoveryCodes({ codes, onSaved }: { codes: readonly string[]; onSaved: () => void }) {
  const { t } = useTranslation("signin");
  const [copied, setCopied] = useState(false);
  const text = codes.join("\n");
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div className="lb-stack">
      <p>{t("codes.detail")}</p>
      <ul className="lb-recovery lb-mono" aria-label={t("codes.title")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p className="lb-signin-links">
        <button type="button" className="lb-plain lb-link" onClick={() => void copy()}>
          {t(copied ? "common:copied" : "common:copy")}
        </button>
        <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`} download={t("codes.file")}>
          {t("codes.download")}
        </a>
      </p>
      <button type="button" className="lb-signin-submit" autoFocus onClick={onSaved}>
        {t("codes.saved")}
      </button>
    </div>
  );
}
