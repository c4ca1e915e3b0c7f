import { Alert, App, Button, Input } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { PermissionCatalogue, Role, RoleIn } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { ActionBar } from "@/ui/ActionBar";
import { findAction } from "@/ui/ActionButton";
import { useKeys } from "@/ui/keys";
import { useLeaveGuard } from "@/ui/leaveGuard";
import { useMe } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { useSeeAs } from "@/ui/preview";
import { scrollToTop } from "@/ui/scrollTo";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { UnitsSelect } from "../org/UnitSelect";
import { useUnits } from "../org/useOrg";
import { AreaPermissions } from "./AreaPermissions";
import { FieldVisibilities } from "./FieldVisibilities";
import { MenuPreview } from "./MenuPreview";
import { bodyOf, draftOf, limitsOf, placeErrors, usualScope, type RoleDraft, type Scope } from "./roleDraft";
import { useRoleDialogs } from "./useRoleDialogs";
import { useCatalogue, useRole, useRolePreview, useRolesChanged } from "./useRoles";
import "./roles.css";

const NEW = "new";

/** A role as its editor shows it; `/settings/roles/new` makes one. */
export function RolePage() {
  const { t } = useTranslation("roles");
  const { roleId = NEW } = useParams();
  const isNew = roleId === NEW;
  const role = useRole(isNew ? null : roleId);
  const catalogue = useCatalogue();
  const error = catalogue.error ?? role.error;
  if (!catalogue.data || (!isNew && !role.data)) {
    return (
      <Page title={t("page.role")} bare>
        <StateView state={error ? "error" : "loading"} error={error} onRetry={() => void Promise.all([catalogue.refetch(), isNew ? null : role.refetch()])} />
      </Page>
    );
  }
  const shown = isNew ? null : (role.data ?? null);
  return <Editor key={shown ? `${shown.id}.${shown.version}` : NEW} role={shown} catalogue={catalogue.data} onReload={() => void role.refetch()} />;
}

interface EditorProps {
  /** null makes a new one. */
  role: Role | null;
  catalogue: PermissionCatalogue;
  onReload: () => void;
}
function Editor({ role, catalogue, onReload }: EditorProps) {
  const { t } = useTranslation("roles");
  const { message } = App.useApp();
  const me = useMe();
  const phone = usePhone();
  const navigate = useNavigate();
  const seeAs = useSeeAs();
  const changed = useRolesChanged();
  const preview = useRolePreview(role?.id ?? null);
  const units = useUnits().data?.items ?? [];
  const { acts, dialogs } = useRoleDialogs();
  const before = useMemo(() => draftOf(role, catalogue), [role, catalogue]);
  const [draft, setDraft] = useState<RoleDraft>(before);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ problem: Problem; body: RoleIn } | null>(null);
  const [key, setKey] = useState(newIdempotencyKey);
  const body = useRef<HTMLDivElement>(null);
  const limits = useMemo(() => limitsOf(me, catalogue, before), [me, catalogue, before]);
  const errors = useMemo(() => placeErrors(refusal?.problem ?? null, refusal?.body ?? null), [refusal]);
  const dirty = JSON.stringify(bodyOf(draft, role, catalogue)) !== JSON.stringify(bodyOf(before, role, catalogue));
  const edit = role && findAction(role.allowedActions, "edit");
  const readOnly = edit ? (edit.allowed ? null : (edit.reason?.message ?? "")) : role ? t("page.readOnly") : null;
  const disabled = readOnly !== null || busy;
  const custom = Object.values(draft.permissions).includes("custom");
  const usual = usualScope(draft, catalogue);
  const allow = useLeaveGuard(dirty && !busy);
  useEffect(() => {
    if (refusal) scrollToTop(body.current?.querySelector('[data-wrong="true"], [role="alert"]'));
  }, [refusal]);

  const grant = (grants: Readonly<Record<string, Scope | null>>) =>
    setDraft((now) => ({
      ...now,
      permissions: Object.fromEntries(Object.entries({ ...now.permissions, ...grants }).flatMap(([code, scope]) => (scope ? [[code, scope]] : []))),
    }));
  const save = async () => {
    if (busy || !dirty || !draft.name.trim()) return;
    const sent = bodyOf(draft, role, catalogue);
    setBusy(true);
    setRefusal(null);
    try {
      const header = { "Idempotency-Key": key };
      const saved = role
        ? await data(client.PUT("/api/v1/roles/{role_id}", { params: { path: { role_id: role.id }, header: { ...header, ...ifMatch(role.version) } }, body: sent }))
        : await data(client.POST("/api/v1/roles", { params: { header }, body: sent }));
      allow();
      void message.success(t("page.saved"));
      await changed();
      if (!role) void navigate(`/settings/roles/${saved.id}`, { replace: true });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setRefusal({ problem: error, body: sent });
      // Another try may carry another body, and must not be taken for the same one.
      setKey(newIdempotencyKey());
    } finally {
      setBusy(false);
    }
  };
  useKeys(t("page.role"), readOnly === null ? { "ctrl+Enter": { run: () => void save(), label: t("page.save") } } : {});

  const saveButtons = readOnly === null && (
    <>
      {dirty && (
        <Button disabled={busy} onClick={() => (setDraft(before), setRefusal(null))}>
          {t("page.undo")}
        </Button>
      )}
      <Button type="primary" loading={busy} disabled={!dirty || !draft.name.trim()} onClick={() => void save()}>
        {t(role ? "page.save" : "page.create")}
      </Button>
    </>
  );
  const others = role ? (
    <ActionBar
      acts={[
        {
          key: "preview",
          label: t("action.preview"),
          refused: dirty ? t("page.saveFirst") : refusedOf(role, "preview"),
          run: () => seeAs({ id: role.id, name: role.name }, "/"),
        },
        ...acts(role, { onCopied: (made) => void navigate(`/settings/roles/${made.id}`), onDeleted: () => (allow(), void navigate("/settings/roles")) }),
      ]}
    />
  ) : null;
  const top = refusal && (
    <Alert
      type="error"
      showIcon
      title={errors.rest.length > 0 ? errors.rest.join(t("page.comma")) : refusal.problem.message || t("page.failed")}
      description={refusal.problem.requestId ? t("common:requestId", { id: refusal.problem.requestId }) : undefined}
      action={
        refusal.problem.code === "core.stale" && (
          <Button size="small" onClick={onReload}>
            {t("page.reload")}
          </Button>
        )
      }
    />
  );
  return (
    <Page
      fill
      title={t(role ? "page.role" : "page.newRole")}
      heading={
        <span className="lb-row">
          <Link to="/settings/roles" className="lb-muted lb-role-back">
            {t("title")}
          </Link>
          <span className="lb-faint" aria-hidden>
            /
          </span>
          <span className="lb-ellipsis">{role?.name ?? t("page.newRole")}</span>
          {role?.builtin && <Tone tone="slate">{t("page.builtin")}</Tone>}
        </span>
      }
      actions={
        <>
          {others}
          {!phone && saveButtons}
        </>
      }
    >
      <div className="lb-role" ref={body}>
        <div className="lb-stack">
          {top}
          {readOnly && <Alert type="info" showIcon title={readOnly} />}
          <Section title={t("page.basics")} extra={role && <Link to={`/settings/org?roleId=${role.id}`}>{t("page.holders", { count: role.employees })}</Link>}>
            <div className="lb-role-basics">
              <label className="lb-stack lb-stack-tight">
                <span>{t("page.name")}</span>
                <Input value={draft.name} maxLength={40} disabled={disabled} autoFocus={!role} status={errors.name.length > 0 ? "error" : ""} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
                {errors.name.map((error) => (
                  <span key={error} className="lb-danger lb-meta" role="alert">
                    {error}
                  </span>
                ))}
              </label>
              <label className="lb-stack lb-stack-tight">
                <span>{t("page.note")}</span>
                <Input.TextArea value={draft.note} maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} disabled={disabled} onChange={(event) => setDraft({ ...draft, note: event.target.value })} />
              </label>
            </div>
            {custom && (
              <div className="lb-stack lb-stack-tight" data-wrong={errors.units.length > 0}>
                <span>{t("page.units")}</span>
                <UnitsSelect units={units} label={t("page.units")} value={draft.units} disabled={disabled} onChange={(chosen) => setDraft({ ...draft, units: chosen })} />
                <span className="lb-meta lb-muted">{t("page.unitsDetail")}</span>
                {errors.units.map((error) => (
                  <span key={error} className="lb-danger lb-meta" role="alert">
                    {error}
                  </span>
                ))}
              </div>
            )}
          </Section>
          {catalogue.areas.map((area) => (
            <AreaPermissions key={area.code} area={area} scopes={catalogue.scopes} granted={draft.permissions} limits={limits} errors={errors.permissions} disabled={disabled} onChange={grant} usual={usual} />
          ))}
          <FieldVisibilities fields={catalogue.fields} shown={draft.fields} limits={limits} errors={errors.fields} disabled={disabled} onChange={(field, visibility) => setDraft({ ...draft, fields: { ...draft.fields, [field]: visibility } })} />
        </div>
        <MenuPreview catalogue={catalogue} before={before} draft={draft} saved={preview.data} error={preview.error} isNew={role === null} />
      </div>
      {phone && readOnly === null && <footer className="lb-detail-actions">{saveButtons}</footer>}
      {dialogs}
    </Page>
  );
}

const refusedOf = (role: Role, action: string): string | null => {
  const found = findAction(role.allowedActions, action);
  return found?.allowed ? null : (found?.reason?.message ?? "");
};
