import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { CopyField } from "./CopyField";

interface SecretOnceProps {
  /** What goes with the secret and may be seen again, as an address. */
  beside?: readonly { label: string; value: string }[];
  label: string;
  /** null: it was shown before and nobody can show it again. */
  secret: string | null;
  /** What to do when the secret is gone. */
  gone: string;
  /** What is shown, where it is no key: "this password is shown once". */
  once?: string;
  continueLabel: string;
  onContinue: () => void;
}

/** A secret right after it was made: the only time it is shown. */
export function SecretOnce({ beside = [], label, secret, gone, once, continueLabel, onContinue }: SecretOnceProps) {
  const { t } = useTranslation("ui");
  return (
    <div className="lb-stack">
      <Alert type="warning" showIcon title={secret ? (once ?? t("secret.once")) : gone} />
      {[...beside, ...(secret ? [{ label, value: secret }] : [])].map((shown) => (
        <div key={shown.label} className="lb-stack">
          <span className="lb-muted">{shown.label}</span>
          <CopyField value={shown.value} />
        </div>
      ))}
      <Button type="primary" onClick={onContinue}>
        {continueLabel}
      </Button>
    </div>
  );
}
