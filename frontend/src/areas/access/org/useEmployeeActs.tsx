import { App, Drawer, Modal, Radio } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { EmployeeDetail } from "@/api/types";
import { usePhone } from "@/theme/mode";
import type { Act } from "@/ui/ActionBar";
import { findAction } from "@/ui/ActionButton";
import { SchemaForm } from "@/ui/SchemaForm";
import { useDialog } from "@/ui/useDialog";
import { EditEmployee } from "./EmployeeForm";
import { PasswordOnce } from "./PasswordOnce";
import { useStaffChanged } from "./useOrg";

const one = (employee: EmployeeDetail, key: string) => ({ path: { employee_id: employee.id }, header: { "Idempotency-Key": key } });
const oneSeen = (employee: EmployeeDetail, key: string) => ({ path: { employee_id: employee.id }, header: { ...ifMatch(employee.version), "Idempotency-Key": key } });

/** What can be done to an employee's account, each with the dialog that says what follows from it. */
export function useEmployeeActs(employee: EmployeeDetail): { acts: Act[]; dialogs: ReactNode } {
  const { t } = useTranslation("org");
  const { message } = App.useApp();
  const phone = usePhone();
  const changed = useStaffChanged();
  const { show, dialog } = useDialog();
  const [editing, setEditing] = useState(false);
  const [password, setPassword] = useState<string | null>(null);
  const name = employee.displayName;

  const confirm = (title: string, consequences: readonly string[], verb: string, send: (key: string) => Promise<unknown>, after?: (answer: unknown) => void) =>
    show(title, (close) => (
      <SchemaForm
        danger
        fields={[]}
        note={<Consequences lines={consequences} />}
        submitLabel={verb}
        submit={async (_values, key) => {
          const answer = await send(key);
          await changed();
          return answer;
        }}
        onDone={(answer) => {
          close();
          if (after) after(answer);
          else void message.success(t("act.done"));
        }}
      />
    ));

  const all: Record<string, Omit<Act, "key" | "refused"> & { action: string }> = {
    edit: { action: "edit", label: t("act.edit"), run: () => setEditing(true) },
    reset_password: {
      action: "reset_password",
      label: t("act.resetPassword"),
      run: () =>
        confirm(
          t("act.resetPasswordTitle", { name }),
          [t("consequence.sessions"), t("consequence.newPassword")],
          t("act.resetPassword"),
          (key) => data(client.POST("/api/v1/employees/{employee_id}/reset-password", { params: one(employee, key) })),
          (answer) => setPassword((answer as { password: string }).password),
        ),
    },
    reset_factors: {
      action: "reset_factors",
      label: t("act.resetFactors"),
      run: () => confirm(t("act.resetFactorsTitle", { name }), [t("consequence.factors"), t("consequence.enrol")], t("act.resetFactors"), (key) => client.POST("/api/v1/employees/{employee_id}/reset-factors", { params: one(employee, key) })),
    },
    unlock: {
      // The server names no action for it: who may edit may also unlock.
      action: "edit",
      label: t("act.unlock"),
      run: () => confirm(t("act.unlockTitle", { name }), [t("consequence.unlock")], t("act.unlock"), (key) => client.POST("/api/v1/employees/{employee_id}/unlock", { params: one(employee, key) })),
    },
    deactivate: {
      action: "deactivate",
      label: t("act.deactivate"),
      danger: true,
      run: () =>
        show(t("act.deactivateTitle", { name }), (close) => (
          <Deactivate
            employee={employee}
            onDone={() => {
              close();
              void message.success(t("act.deactivated", { name }));
            }}
          />
        )),
    },
    activate: {
      action: "activate",
      label: t("act.activate"),
      run: () => confirm(t("act.activateTitle", { name }), [t("consequence.rolesKept"), t("consequence.newLogin")], t("act.activate"), (key) => client.POST("/api/v1/employees/{employee_id}/activate", { params: oneSeen(employee, key) })),
    },
  };
  const order = ["edit", "reset_password", "reset_factors", ...(employee.lockedUntil ? ["unlock"] : []), employee.active ? "deactivate" : "activate"];
  const acts = order.flatMap((key): Act[] => {
    const act = all[key];
    const found = act && findAction(employee.allowedActions, act.action);
    return act && found ? [{ key, label: act.label, danger: act.danger ?? false, run: act.run, refused: found.allowed ? null : (found.reason?.message ?? "") }] : [];
  });
  const dialogs = (
    <>
      {dialog}
      <Drawer open={editing} onClose={() => setEditing(false)} title={t("form.editTitle")} size={phone ? "100%" : 480} destroyOnHidden>
        <EditEmployee employee={employee} onDone={() => setEditing(false)} onCancel={() => setEditing(false)} />
      </Drawer>
      <Modal open={password !== null} title={t("password.title", { name })} mask={{ closable: false }} onCancel={() => setPassword(null)} width={480} destroyOnHidden footer={null}>
        <PasswordOnce username={employee.username} password={password} continueLabel={t("password.close")} onContinue={() => setPassword(null)} />
      </Modal>
    </>
  );
  return { acts, dialogs };
}

function Consequences({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="lb-consequences">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Deactivate({ employee, onDone }: { employee: EmployeeDetail; onDone: () => void }) {
  const { t } = useTranslation("org");
  const changed = useStaffChanged();
  return (
    <SchemaForm
      danger
      fields={[
        {
          name: "reason",
          label: t("act.reason"),
          required: true,
          control: <Radio.Group vertical options={(["left", "suspended"] as const).map((value) => ({ value, label: t(`act.reasons.${value}`) }))} />,
        },
        { name: "note", label: t("act.note"), kind: "textarea", maxLength: 200 },
      ]}
      initial={{ reason: "left" }}
      note={<Consequences lines={[t("consequence.sessions"), t("consequence.keys"), t("consequence.duty"), t("consequence.customers")]} />}
      submitLabel={t("act.deactivateNamed", { name: employee.displayName })}
      submit={async ({ reason, note }, key) => {
        await data(
          client.POST("/api/v1/employees/{employee_id}/deactivate", { params: oneSeen(employee, key), body: { reason: reason === "suspended" ? "suspended" : "left", ...(note?.trim() ? { note: note.trim() } : {}) } }),
        );
        await changed();
      }}
      onDone={onDone}
    />
  );
}
