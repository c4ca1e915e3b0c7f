import { useTranslation } from "react-i18next";
import { SecretOnce } from "@/ui/SecretOnce";

interface PasswordOnceProps {
  username: string;
  /** null: it was shown before. */
  password: string | null;
  continueLabel: string;
  onContinue: () => void;
}

/** The only time a temporary password is shown, beside the name to sign in with. */
export function PasswordOnce({ username, password, continueLabel, onContinue }: PasswordOnceProps) {
  const { t } = useTranslation("org");
  return (
    <div className="lb-stack">
      {password && <p className="lb-muted">{t("password.mustChange")}</p>}
      <SecretOnce beside={[{ label: t("column.username"), value: username }]} label={t("password.temporary")} secret={password} gone={t("password.gone")} once={t("password.once")} continueLabel={continueLabel} onContinue={onContinue} />
    </div>
  );
}
