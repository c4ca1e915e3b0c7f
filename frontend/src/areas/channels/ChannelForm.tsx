import { useTranslation } from "react-i18next";
import { api, client, data } from "@/api/client";
import type { ChannelCreated } from "@/api/types";
import { SchemaForm } from "@/ui/SchemaForm";
import { useSettled } from "./useChannels";

export function ChannelForm({ onDone, onCancel }: { onDone: (made: ChannelCreated) => void; onCancel: () => void }) {
  const { t } = useTranslation("channels");
  const settled = useSettled();
  const units = api.useQuery("get", "/api/v1/org-units", {}).data?.items ?? [];
  const teams = units.filter((unit) => unit.kind === "team").map(({ id, name }) => ({ value: id, label: name }));
  return (
    <SchemaForm
      fields={[
        { name: "name", label: t("form.name"), required: true, maxLength: 50, hint: t("form.nameHint") },
        { name: "teamId", label: t("form.team"), kind: "select", options: teams, hint: t("form.teamHint") },
      ]}
      submitLabel={t("form.create")}
      onCancel={onCancel}
      submit={({ name, teamId }, idempotencyKey) =>
        data(client.POST("/api/v1/channels", { params: { header: { "Idempotency-Key": idempotencyKey } }, body: { name: name ?? "", kind: "generic", ...(teamId ? { teamId } : {}) } }))
      }
      onDone={(made) => {
        void settled();
        onDone(made);
      }}
    />
  );
}
