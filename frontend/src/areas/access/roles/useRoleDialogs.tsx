import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { Role } from "@/api/types";
import type { Act } from "@/ui/ActionBar";
import { findAction } from "@/ui/ActionButton";
import { SchemaForm } from "@/ui/SchemaForm";
import { useDialog } from "@/ui/useDialog";
import { useRolesChanged } from "./useRoles";

interface After {
  onCopied: (made: Role) => void;
  onDeleted: () => void;
}

/** Copying and deleting a role, from the list and from its page. */
export function useRoleDialogs(): { acts: (role: Role, after: After) => Act[]; dialogs: ReactNode } {
  const { t } = useTranslation("roles");
  const { show, dialog } = useDialog();
  const changed = useRolesChanged();
  const acts = (role: Role, { onCopied, onDeleted }: After): Act[] => {
    const all = [
      {
        key: "copy",
        label: t("action.copy"),
        run: () =>
          show(t("copy.title", { name: role.name }), (close) => (
            <SchemaForm
              fields={[{ name: "name", label: t("page.name"), required: true, maxLength: 40, autoFocus: true }]}
              initial={{ name: t("copy.name", { name: role.name }) }}
              submitLabel={t("action.copy")}
              submit={async ({ name }, key) => {
                const made = await data(client.POST("/api/v1/roles/{role_id}/copy", { params: { path: { role_id: role.id }, header: { "Idempotency-Key": key } }, body: { name: name ?? "" } }));
                await changed();
                return made;
              }}
              onDone={(made) => {
                close();
                onCopied(made);
              }}
            />
          )),
      },
      {
        key: "delete",
        label: t("action.delete"),
        danger: true,
        run: () =>
          show(t("delete.title", { name: role.name }), (close) => (
            <SchemaForm
              danger
              fields={[]}
              note={<p style={{ marginBottom: 12 }}>{t("delete.detail")}</p>}
              submitLabel={t("delete.named", { name: role.name })}
              submit={async (_values, key) => {
                await client.DELETE("/api/v1/roles/{role_id}", { params: { path: { role_id: role.id }, header: { ...ifMatch(role.version), "Idempotency-Key": key } } });
              }}
              onDone={() => {
                close();
                onDeleted();
                void changed();
              }}
            />
          )),
      },
    ];
    return all.flatMap((act): Act[] => {
      const found = findAction(role.allowedActions, act.key);
      return found ? [{ ...act, refused: found.allowed ? null : (found.reason?.message ?? "") }] : [];
    });
  };
  return { acts, dialogs: dialog };
}
