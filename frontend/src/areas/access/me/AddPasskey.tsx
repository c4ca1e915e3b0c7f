import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import { Problem } from "@/api/problem";
import { SchemaForm } from "@/ui/SchemaForm";
import { RecoveryCodes } from "../signin/RecoveryCodes";
import { isCancelled, makePasskey } from "../signin/passkeys";

const NAME_LENGTH = 40;

/** A name, then the browser makes the key; with the first factor come the recovery codes. */
export function AddPasskey({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation("me");
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onSaved={onDone} />;
  const make = async (name: string) => {
    const { options, state } = await data(client.POST("/api/v1/me/factors/passkey-options"));
    let credential: Record<string, unknown>;
    try {
      credential = await makePasskey(options);
    } catch (error) {
      const cancelled = isCancelled(error);
      throw new Problem({ code: "client.passkey", message: t(cancelled ? "factors.passkeyCancelled" : "factors.passkeyFailed") });
    }
    return data(client.POST("/api/v1/me/factors/passkeys", { body: { name, state, credential } }));
  };
  return (
    <SchemaForm
      fields={[{ name: "name", label: t("factors.name"), required: true, maxLength: NAME_LENGTH, hint: t("factors.passkeyHint") }]}
      initial={{ name: t("factors.passkeyName") }}
      submitLabel={t("factors.makePasskey")}
      submit={({ name }) => make(name ?? "")}
      onDone={(made) => (made.recoveryCodes ? setCodes(made.recoveryCodes) : onDone())}
      onCancel={onCancel}
    />
  );
}
