import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { CopyField } from "@/ui/CopyField";

/** The only time a temporary password is shown, beside the name to sign in with. */
export function PasswordOnce({ username, password }: { username: string; password: string | null }) {
  const { t } = useTranslation("org");
  return (
    <div className="lb-stack">
      <Alert type="warning" showIcon title={t(password ? "password.once" : "password.gone")} description={password ? t("password.mustChange") : undefined} />
      <span className="lb-muted">{t("column.username")}</span>
      <CopyField value={username} />
      {password && (
        <>
          <span className="lb-muted">{t("password.temporary")}</span>
          <CopyField value={password} />
        </>
      )}
    </div>
  );
}
