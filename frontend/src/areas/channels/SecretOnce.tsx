import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Channel } from "@/api/types";
import { CopyField } from "@/ui/CopyField";

/** Address and secret right after they were made: the only time the secret is shown. */
export function SecretOnce({ channel, secret }: { channel: Channel; secret: string | null }) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  return (
    <div className="lb-stack">
      <Alert type="warning" showIcon title={t(secret ? "secret.once" : "secret.gone")} />
      <span className="lb-muted">{t("access.address")}</span>
      <CopyField value={channel.webhookUrl} />
      {secret && (
        <>
          <span className="lb-muted">{t("access.secret")}</span>
          <CopyField value={secret} />
        </>
      )}
      <Button type="primary" onClick={() => void navigate(`/channels/${channel.id}`)}>
        {t("secret.continue")}
      </Button>
    </div>
  );
}
