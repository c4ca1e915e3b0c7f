import { useTranslation } from "react-i18next";
import { Facts } from "@/ui/Facts";
import { useCan, useMe } from "@/ui/me";
import { StateView } from "@/ui/StateView";
import { useCatalogue } from "../roles/useRoles";

const areaOf = (code: string): string => code.slice(0, code.indexOf("."));

/** What I may and which fields I see. Who may read the catalogue of permissions gets each by its title, everyone else by area with its scopes. */
export function MyPermissions() {
  return useCan()("access.employees.view") ? <ByTitle /> : <ByArea />;
}

function ByTitle() {
  const { t } = useTranslation(["me", "roles"]);
  const me = useMe();
  const catalogue = useCatalogue();
  if (!catalogue.data) return <StateView state={catalogue.error ? "error" : "loading"} error={catalogue.error} onRetry={() => void catalogue.refetch()} />;
  const held = new Map(me.permissions.map(({ permission, scope }) => [permission, scope]));
  const titles = new Map(catalogue.data.fields.map(({ field, title }) => [field, title]));
  const areas = catalogue.data.areas
    .map(({ code, permissions }) => ({ code, permissions: permissions.filter((permission) => held.has(permission.code)) }))
    .filter(({ permissions }) => permissions.length > 0);
  return (
    <div className="lb-stack">
      <div className="lb-mine">
        {areas.map(({ code, permissions }) => (
          <section key={code} className="lb-stack lb-stack-tight">
            <h2>{t(`roles:area.${code}`, { defaultValue: code })}</h2>
            <Facts facts={permissions.map((permission) => ({ key: permission.code, label: permission.title, value: permission.scoped ? t(`roles:scope.${held.get(permission.code) ?? "none"}`) : t("permissions.given") }))} />
          </section>
        ))}
        <section className="lb-stack lb-stack-tight">
          <h2>{t("permissions.fields")}</h2>
          <Facts facts={me.fields.filter(({ field }) => titles.has(field)).map(({ field, visibility }) => ({ key: field, label: titles.get(field) ?? "", value: t(`roles:visibility.${visibility}`) }))} />
        </section>
      </div>
      <p className="lb-meta lb-muted">{t("permissions.ask")}</p>
    </div>
  );
}

function ByArea() {
  const { t } = useTranslation(["me", "roles"]);
  const me = useMe();
  const areas = new Map<string, Map<string, number>>();
  for (const { permission, scope } of me.permissions) {
    const scopes = areas.get(areaOf(permission)) ?? new Map<string, number>();
    areas.set(areaOf(permission), scopes.set(scope, (scopes.get(scope) ?? 0) + 1));
  }
  const shown = new Map<string, number>();
  for (const { visibility } of me.fields) shown.set(visibility, (shown.get(visibility) ?? 0) + 1);
  const listed = (parts: string[]) => parts.join(t("me:comma"));
  return (
    <div className="lb-stack">
      <div className="lb-mine">
        <section className="lb-stack lb-stack-tight">
          <h2>{t("permissions.areas")}</h2>
          <Facts
            facts={[...areas].map(([area, scopes]) => ({
              key: area,
              label: t(`roles:area.${area}`, { defaultValue: area }),
              value: listed([...scopes].map(([scope, count]) => t("permissions.inScope", { count, scope: t(`roles:scope.${scope}`) }))),
            }))}
          />
        </section>
        <section className="lb-stack lb-stack-tight">
          <h2>{t("permissions.fields")}</h2>
          <Facts facts={[...shown].map(([visibility, count]) => ({ key: visibility, label: t(`roles:visibility.${visibility}`), value: t("permissions.fieldCount", { count }) }))} />
        </section>
      </div>
      <p className="lb-meta lb-muted">{t("permissions.ask")}</p>
    </div>
  );
}
