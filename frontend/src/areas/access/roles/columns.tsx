import { CopyOutlined, DeleteOutlined, EyeOutlined } from "@/ui/icons";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Role } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { EMPTY, count } from "@/ui/format";
import type { Column } from "@/ui/table/column";
import { Tone } from "@/ui/Tone";

/** The one list of columns of a role. */
export function roleColumns(t: TFunction): Column<Role>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const act = (role: Role, action: "preview" | "copy" | "delete", icon: ReactNode) => {
    const found = findAction(role.allowedActions, action);
    if (!found) return null;
    const label = words(`roles:action.${action}`);
    const reason = found.allowed ? null : (found.reason?.message ?? "");
    return (
      <button type="button" className="lb-act" data-act={action} aria-disabled={reason !== null} title={reason ?? label} aria-label={words("roles:page.actionOn", { action: label, name: role.name })}>
        {icon}
      </button>
    );
  };
  return [
    {
      key: "name",
      title: words("roles:page.name"),
      width: 184,
      kind: "name",
      pin: "left",
      card: "title",
      render: (role) => (
        <span className="lb-row">
          <Link to={`/settings/roles/${role.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }}>
            {role.name}
          </Link>
          {role.builtin && <Tone tone="slate">{words("roles:page.builtin")}</Tone>}
        </span>
      ),
    },
    { key: "note", title: words("roles:page.note"), width: 320, card: "meta", render: (role) => (role.note ? <span className="lb-ellipsis" title={role.note}>{role.note}</span> : <span className="lb-faint">{EMPTY}</span>), renderCard: (role) => role.note },
    {
      key: "employees",
      title: words("roles:column.employees"),
      width: 88,
      kind: "number",
      card: "amount",
      render: (role) => (role.employees > 0 ? <Link to={`/settings/org?roleId=${role.id}`}>{count(role.employees)}</Link> : count(0)),
      renderCard: (role) => <Link to={`/settings/org?roleId=${role.id}`}>{words("roles:page.holders", { count: role.employees })}</Link>,
    },
    { key: "permissions", title: words("roles:column.permissions"), width: 88, kind: "number", render: (role) => count(role.permissions.length) },
    { key: "full", title: words("roles:column.full"), width: 112, kind: "number", render: (role) => count(role.fields.filter(({ visibility }) => visibility === "full").length) },
    {
      key: "actions",
      title: words("roles:column.actions"),
      width: 112,
      kind: "actions",
      pin: "right",
      card: "action",
      render: (role) => (
        <span className="lb-row">
          {act(role, "preview", <EyeOutlined />)}
          {act(role, "copy", <CopyOutlined />)}
          {act(role, "delete", <DeleteOutlined />)}
        </span>
      ),
    },
  ];
}
