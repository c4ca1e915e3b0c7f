import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { EmployeeDetail } from "@/api/types";
import { SchemaForm, type Field, type Values } from "@/ui/SchemaForm";
import { StateView } from "@/ui/StateView";
import { UnitSelect } from "./UnitSelect";
import { useRoles, useStaffChanged, useUnits } from "./useOrg";

const list = (joined: string | null | undefined): string[] => (joined ? joined.split(",") : []);
const sorted = (ids: readonly string[]) => ids.toSorted().join(",");
const text = (value: string | null | undefined): string | null => value?.trim() || null;

/** What people and their form share: the units and roles there are. */
function useChoices() {
  const units = useUnits();
  const roles = useRoles();
  return {
    units: units.data?.items ?? [],
    roles: (roles.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
    ready: units.data !== undefined && roles.data !== undefined,
    error: units.error ?? roles.error,
  };
}

export interface Hired {
  employee: EmployeeDetail;
  password: string | null;
}

/** A new employee in one short form; the number and the temporary password are made by the server. */
export function NewEmployee({ unitId, onDone, onCancel }: { unitId: string | null; onDone: (hired: Hired) => void; onCancel: () => void }) {
  const { t } = useTranslation("org");
  const choices = useChoices();
  const changed = useStaffChanged();
  if (!choices.ready) return <StateView state={choices.error ? "error" : "loading"} error={choices.error} />;
  return (
    <SchemaForm
      fields={[
        { name: "displayName", label: t("column.name"), required: true, maxLength: 60, autoFocus: true },
        { name: "username", label: t("column.username"), required: true, maxLength: 60, hint: t("form.usernameHint") },
        { name: "unitId", label: t("column.unit"), required: true, control: <UnitSelect units={choices.units} /> },
        { name: "roleIds", label: t("column.roles"), kind: "multiple", required: true, options: choices.roles },
        { name: "phone", label: t("form.phone"), kind: "phone", maxLength: 20 },
        { name: "employeeNo", label: t("column.employeeNo"), maxLength: 30, hint: t("form.employeeNoHint") },
      ]}
      initial={{ unitId: unitId ?? choices.units.find(({ parentId }) => parentId === null)?.id }}
      submitLabel={t("form.create")}
      submit={async (values, key) => {
        const made = await data(
          client.POST("/api/v1/employees", {
            params: { header: { "Idempotency-Key": key } },
            body: {
              displayName: values.displayName ?? "",
              username: (values.username ?? "").trim(),
              unitId: values.unitId ?? "",
              roleIds: list(values.roleIds),
              ...(text(values.phone) ? { phone: text(values.phone) } : {}),
              ...(text(values.employeeNo) ? { employeeNo: text(values.employeeNo) } : {}),
            },
          }),
        );
        await changed();
        return made;
      }}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}

/** Only what was changed is sent. A masked number stays unless another is typed; one that is shown may be emptied. */
function changes(before: Values, values: Values, masked: boolean) {
  const phone = text(values.phone);
  return {
    ...(text(values.displayName) !== before.displayName ? { displayName: text(values.displayName) ?? "" } : {}),
    ...(text(values.employeeNo) !== before.employeeNo ? { employeeNo: text(values.employeeNo) ?? "" } : {}),
    ...(values.unitId !== before.unitId ? { unitId: values.unitId ?? "" } : {}),
    ...(sorted(list(values.roleIds)) !== sorted(list(before.roleIds)) ? { roleIds: list(values.roleIds) } : {}),
    ...(masked ? (phone ? { phone } : {}) : phone !== (before.phone ?? null) ? { phone } : {}),
  };
}

export function EditEmployee({ employee, onDone, onCancel }: { employee: EmployeeDetail; onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation("org");
  const choices = useChoices();
  const changed = useStaffChanged();
  if (!choices.ready) return <StateView state={choices.error ? "error" : "loading"} error={choices.error} />;
  // Without a number, null may also mean one that is hidden: then nothing typed is nothing changed.
  const masked = employee.phone?.masked !== false;
  const before: Values = {
    displayName: employee.displayName,
    employeeNo: employee.employeeNo,
    unitId: employee.orgUnit.id,
    roleIds: employee.roles.map(({ id }) => id).join(","),
    phone: masked ? undefined : employee.phone?.value,
  };
  const phone: Field = { name: "phone", label: t(masked ? "form.newPhone" : "form.phone"), kind: "phone", maxLength: 20, ...(employee.phone?.masked ? { hint: t("form.phoneKept", { phone: employee.phone.value }) } : {}) };
  return (
    <SchemaForm
      fields={[
        { name: "displayName", label: t("column.name"), required: true, maxLength: 60, autoFocus: true },
        { name: "employeeNo", label: t("column.employeeNo"), required: true, maxLength: 30 },
        { name: "unitId", label: t("column.unit"), required: true, control: <UnitSelect units={choices.units} /> },
        { name: "roleIds", label: t("column.roles"), kind: "multiple", options: choices.roles, hint: t("form.rolesHint") },
        phone,
      ]}
      initial={before}
      submitLabel={t("page.save")}
      submit={async (values, key) => {
        await data(
          client.PATCH("/api/v1/employees/{employee_id}", { params: { path: { employee_id: employee.id }, header: { ...ifMatch(employee.version), "Idempotency-Key": key } }, body: changes(before, values, masked) }),
        );
        await changed();
      }}
      onDone={onDone}
      onCancel={onCancel}
    />
  );
}
