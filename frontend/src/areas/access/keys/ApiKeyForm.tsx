import { Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { client, data } from "@/api/client";
import type { ApiKeyCreated } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { DayPick } from "@/ui/DayPick";
import { day } from "@/ui/format";
import { useCan, useMe } from "@/ui/me";
import { NetworksInput } from "@/ui/NetworksInput";
import { SchemaForm } from "@/ui/SchemaForm";
import { instantOf } from "../trail/useAudit";
import { StaffSelect } from "../policies/TryPanel";
import { useCatalogue, useKeysChanged } from "./useApiKeys";

const DAY = 86_400_000;
const lives = [30, 90, 365] as const;

/** A form's text of values joined by commas, as a list for a control and back. */
const listed = (value: string | null | undefined): string[] => (value ? value.split(",") : []);

interface ControlProps {
  id?: string;
  value?: string;
  onChange?: (value: string) => void;
}
function Networks({ id, value, onChange }: ControlProps) {
  return <NetworksInput {...(id ? { id } : {})} value={listed(value)} onChange={(networks) => onChange?.(networks.join(","))} />;
}

/** What one holds oneself, by area; the server knows which of it a key may have. */
function Permissions({ id, value, onChange }: ControlProps) {
  const { t } = useTranslation(["apikeys", "audit"]);
  const can = useCan();
  const me = useMe();
  const catalogue = useCatalogue(can("access.employees.view")).data;
  const options = useMemo(() => {
    const held = new Set(me.permissions.map(({ permission }) => permission));
    const areas = catalogue?.areas ?? [{ code: "access", permissions: [...held].map((code) => ({ code, title: code })) }];
    return areas
      .map(({ code, permissions }) => ({ label: t(`audit:area.${code}`, { defaultValue: code }), title: code, options: permissions.filter((one) => held.has(one.code)).map((one) => ({ value: one.code, label: one.title, search: `${one.title} ${one.code}` })) }))
      .filter(({ options: found }) => found.length > 0);
  }, [catalogue, me, t]);
  return <Select {...(id ? { id } : {})} mode="multiple" allowClear showSearch={{ optionFilterProp: "search" }} placeholder={t("form.permissionsChoose")} options={options} value={listed(value)} onChange={(codes: string[]) => onChange?.(codes.join(","))} />;
}

function Expiry({ id, value, onChange }: ControlProps) {
  const { t } = useTranslation("apikeys");
  const after = (days: number) => day(serverNow() + days * DAY);
  return (
    <div className="lb-stack lb-stack-tight">
      <ChipGroup label={t("form.expires")} value={lives.map(String).find((days) => after(Number(days)) === value) ?? null} options={lives.map((days) => ({ value: String(days), label: t("form.days", { count: days }) }))} onChange={(days) => onChange?.(after(Number(days)))} />
      <DayPick {...(id ? { id } : {})} value={value ?? null} onChange={(picked) => onChange?.(picked ?? "")} />
    </div>
  );
}

function Owner({ id, value, onChange }: ControlProps) {
  const { t } = useTranslation("apikeys");
  return <StaffSelect {...(id ? { id } : {})} placeholder={t("form.ownerMe")} value={value ?? null} onChange={(employee) => onChange?.(employee ?? "")} />;
}

export function ApiKeyForm({ onDone, onCancel }: { onDone: (made: ApiKeyCreated) => void; onCancel: () => void }) {
  const { t } = useTranslation(["apikeys", "audit"]);
  const can = useCan();
  const changed = useKeysChanged();
  return (
    <SchemaForm
      fields={[
        { name: "name", label: t("form.name"), required: true, maxLength: 40, hint: t("form.nameHint"), autoFocus: true },
        ...(can("access.employees.view") ? [{ name: "employeeId", label: t("form.owner"), hint: t("form.ownerHint"), control: <Owner /> }] : []),
        { name: "permissions", label: t("form.permissions"), required: true, hint: t("form.permissionsHint"), control: <Permissions /> },
        { name: "networks", label: t("form.networks"), hint: t("form.networksHint"), control: <Networks /> },
        { name: "expiresAt", label: t("form.expires"), required: true, hint: t("form.expiresHint"), control: <Expiry /> },
      ]}
      initial={{ expiresAt: day(serverNow() + 90 * DAY) }}
      submitLabel={t("form.create")}
      onCancel={onCancel}
      submit={({ name, employeeId, permissions, networks, expiresAt }, idempotencyKey) =>
        data(
          client.POST("/api/v1/api-keys", {
            params: { header: { "Idempotency-Key": idempotencyKey } },
            body: { name: name ?? "", permissions: listed(permissions), networks: listed(networks), expiresAt: instantOf(expiresAt ?? "", true), ...(employeeId ? { employeeId } : {}) },
          }),
        )
      }
      onDone={(made) => {
        void changed();
        onDone(made);
      }}
    />
  );
}
