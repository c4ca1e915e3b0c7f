import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import { SchemaForm } from "@/ui/SchemaForm";
import { CodeInput } from "../signin/CodeInput";
import { QrSecret } from "../signin/QrSecret";
import { RecoveryCodes } from "../signin/RecoveryCodes";
import { Told } from "../signin/Told";
import { useCall } from "../signin/useCall";
import "../signin/signin.css";

const NAME_LENGTH = 40;

/** Name, secret, first code, and with the first factor the recovery codes. */
export function AddTotp({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation("me");
  const [started, setStarted] = useState<{ id: string; secret: string; uri: string; qrSvg: string } | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { busy, problem, run } = useCall();
  if (codes) return <RecoveryCodes codes={codes} onSaved={onDone} />;
  if (!started) {
    return (
      <SchemaForm
        fields={[{ name: "name", label: t("factors.name"), required: true, maxLength: NAME_LENGTH, hint: t("factors.totpHint") }]}
        initial={{ name: t("factors.totpName") }}
        submitLabel={t("factors.next")}
        submit={({ name }) => data(client.POST("/api/v1/me/factors/totp", { body: { name: name ?? "" } }))}
        onDone={setStarted}
        onCancel={onCancel}
      />
    );
  }
  const confirm = async (entered: string) => {
    const given = await run(() => data(client.POST("/api/v1/me/factors/{factor_id}/confirm", { params: { path: { factor_id: started.id } }, body: { code: entered } })));
    if (given?.recoveryCodes) setCodes(given.recoveryCodes);
    else if (given) onDone();
  };
  return (
    <div className="lb-stack">
      <p className="lb-muted">{t("factors.scan")}</p>
      <QrSecret {...started} />
      <Told problem={problem} />
      <CodeInput busy={busy} onFull={confirm} />
    </div>
  );
}
