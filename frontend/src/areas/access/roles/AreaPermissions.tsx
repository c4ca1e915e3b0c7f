import { Checkbox, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { PermissionCatalogue } from "@/api/types";
import { Section } from "@/ui/Page";
import type { Limits, RoleErrors, Scope } from "./roleDraft";

type Area = PermissionCatalogue["areas"][number];
type Permission = Area["permissions"][number];

interface AreaPermissionsProps {
  area: Area;
  scopes: readonly Scope[];
  granted: Readonly<Record<string, Scope>>;
  limits: Limits;
  errors: RoleErrors["permissions"];
  disabled: boolean;
  /** A scope gives the permission, null takes it away. */
  onChange: (grants: Readonly<Record<string, Scope | null>>) => void;
  usual: Scope;
}

/** One area's actions, each with its data scope; the head works on all of them. */
export function AreaPermissions({ area, scopes, granted, limits, errors, disabled, onChange, usual }: AreaPermissionsProps) {
  const { t } = useTranslation("roles");
  const name = t(`area.${area.code}`, { defaultValue: area.code });
  const given = area.permissions.filter(({ code }) => code in granted);
  const open = area.permissions.filter(({ code }) => limits.mayGive(code));
  const scoped = given.filter((permission) => permission.scoped);
  const shared = scoped.every(({ code }) => granted[code] === granted[scoped[0]?.code ?? ""]) ? (granted[scoped[0]?.code ?? ""] ?? null) : null;
  const start = (permission: Permission): Scope => (!permission.scoped ? "company" : limits.mayScope(permission.code, usual) ? usual : (limits.ownScope(permission.code) ?? "self"));
  const all = (on: boolean) => onChange(Object.fromEntries((on ? open : given).map((permission) => [permission.code, on ? (granted[permission.code] ?? start(permission)) : null])));
  return (
    <Section
      title={
        <Checkbox disabled={disabled || open.length === 0} checked={given.length === area.permissions.length} indeterminate={given.length > 0 && given.length < area.permissions.length} onChange={(event) => all(event.target.checked)}>
          {t("page.areaCount", { area: name, given: given.length, total: area.permissions.length })}
        </Checkbox>
      }
      extra={
        scoped.length > 1 && (
          <Select<Scope>
            size="small"
            className="lb-role-scope"
            disabled={disabled}
            value={shared}
            placeholder={t("page.mixedScopes")}
            aria-label={t("page.scopeOfArea", { area: name })}
            options={scopes.map((value) => ({ value, label: t(`scope.${value}`), disabled: scoped.some(({ code }) => !limits.mayScope(code, value)) }))}
            onChange={(scope) => onChange(Object.fromEntries(scoped.map(({ code }) => [code, scope])))}
          />
        )
      }
    >
      <ul className="lb-role-permissions">
        {area.permissions.map((permission) => (
          <PermissionRow
            key={permission.code}
            permission={permission}
            scope={granted[permission.code]}
            scopes={scopes}
            limits={limits}
            errors={errors[permission.code] ?? []}
            disabled={disabled}
            onChange={(scope) => onChange({ [permission.code]: scope })}
            start={start(permission)}
          />
        ))}
      </ul>
    </Section>
  );
}

interface PermissionRowProps {
  permission: Permission;
  scope: Scope | undefined;
  scopes: readonly Scope[];
  limits: Limits;
  errors: readonly string[];
  disabled: boolean;
  onChange: (scope: Scope | null) => void;
  start: Scope;
}
function PermissionRow({ permission, scope, scopes, limits, errors, disabled, onChange, start }: PermissionRowProps) {
  const { t } = useTranslation("roles");
  const { code, title } = permission;
  const refused = !limits.mayGive(code);
  const own = limits.ownScope(code);
  const note = `permission-${code}`;
  return (
    <li data-wrong={errors.length > 0}>
      <div className="lb-row lb-between">
        <Checkbox checked={scope !== undefined} disabled={disabled || refused} onChange={(event) => onChange(event.target.checked ? start : null)} aria-describedby={note}>
          {title}
        </Checkbox>
        {permission.scoped && scope !== undefined && (
          <Select<Scope>
            size="small"
            className="lb-role-scope"
            disabled={disabled}
            value={scope}
            status={errors.length > 0 ? "error" : ""}
            aria-label={t("page.scopeOf", { permission: title })}
            aria-describedby={note}
            options={scopes.map((value) => ({ value, label: t(`scope.${value}`), disabled: !limits.mayScope(code, value), title: limits.mayScope(code, value) ? "" : t("page.beyondScope", { scope: t(`scope.${own ?? "none"}`) }) }))}
            onChange={onChange}
          />
        )}
      </div>
      <span id={note}>
        {errors.map((error) => (
          <span key={error} className="lb-danger lb-meta lb-role-error" role="alert">
            {error}
          </span>
        ))}
        {refused && !disabled && <span className="lb-faint lb-meta lb-role-error">{t("page.notHeld")}</span>}
      </span>
    </li>
  );
}
