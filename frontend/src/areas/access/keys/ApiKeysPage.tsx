import type { TFunction } from "i18next";
import { PlusOutlined } from "@/ui/icons";
import { App, Button, Drawer } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { client, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { ApiKey, ApiKeyCreated } from "@/api/types";
import { usePhone } from "@/theme/mode";
import type { ToneName } from "@/theme/tokens";
import { ActionButton, Can, findAction } from "@/ui/ActionButton";
import { Facts } from "@/ui/Facts";
import { EMPTY, day, relative } from "@/ui/format";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { Person } from "@/ui/Person";
import { SecretOnce } from "@/ui/SecretOnce";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { Tone } from "@/ui/Tone";
import { useFormat } from "@/ui/useFormat";
import { ApiKeyForm } from "./ApiKeyForm";
import { useApiKeys, useCatalogue, useKeysChanged } from "./useApiKeys";

type State = "active" | "soon" | "expired" | "revoked";
const tones: Record<State, ToneName> = { active: "green", soon: "amber", expired: "grey", revoked: "red" };
const WEEK = 7 * 86_400_000;
function stateOf(key: ApiKey, now: number): State {
  if (key.revokedAt) return "revoked";
  const left = Date.parse(key.expiresAt) - now;
  return left <= 0 ? "expired" : left < WEEK ? "soon" : "active";
}

/** The last day on which a key works: one that ends at midnight ends with the day before. */
const lastDay = (key: ApiKey): string => day(Date.parse(key.expiresAt) - 1);

/** Keys of machine clients: whose, what for, from where, until when, last used. */
export function ApiKeysPage() {
  const { t } = useTranslation("apikeys");
  const phone = usePhone();
  const can = useCan();
  const { message, modal } = App.useApp();
  const keys = useApiKeys();
  const changed = useKeysChanged();
  const catalogue = useCatalogue(can("access.employees.view")).data;
  const [query, setQuery] = useSearchParams();
  const [made, setMade] = useState<ApiKeyCreated | null>(null);
  const titles = useMemo(() => new Map(catalogue?.areas.flatMap(({ permissions }) => permissions.map(({ code, title }) => [code, title] as const)) ?? []), [catalogue]);
  const columns = useMemo(() => keyColumns(t, titles), [t, titles]);
  const creating = query.get("new") === "1";
  const keyId = query.get("key");
  const shown = keys.data?.pages.flatMap((page) => page.items).find(({ id }) => id === keyId);
  const open = (on: boolean) => {
    setMade(null);
    setQuery(on ? { new: "1" } : {}, { replace: true });
  };
  const peek = (row: ApiKey) => setQuery({ key: row.id }, { replace: true });
  const mayCreate = can("access.keys.manage");
  useKeys(t("page.title"), mayCreate ? { n: { run: () => open(true), label: t("action.new") } } : {});
  const revoke = (key: ApiKey) => {
    if (findAction(key.allowedActions, "revoke")?.allowed !== true) return;
    const end = async () => {
      try {
        await client.POST("/api/v1/api-keys/{key_id}/revoke", { params: { path: { key_id: key.id }, header: { "Idempotency-Key": newIdempotencyKey(), ...ifMatch(key.version) } } });
        void message.success(t("revoke.done"));
      } catch (error) {
        void message.error(isProblem(error) && error.message ? error.message : t("revoke.failed"));
      }
      await changed();
    };
    modal.confirm({ title: t("revoke.title", { name: key.name }), content: t("revoke.detail"), okText: t("revoke.submit"), okButtonProps: { danger: true, type: "default" }, cancelText: t("revoke.cancel"), onOk: end });
  };
  const button = (type: "primary" | "default") => (
    <Can permission="access.keys.manage">
      <Button type={type} icon={<PlusOutlined />} onClick={() => open(true)}>
        {t("action.new")}
      </Button>
    </Can>
  );
  return (
    <Page fill title={t("page.title")} actions={button("primary")}>
      <DataTable
        id="api-keys"
        query={keys}
        columns={columns}
        empty={<StateView title={t("list.empty")} detail={t("list.emptyDetail")} action={button("default")} />}
        onOpen={peek}
        onPeek={peek}
        peeking={shown !== undefined}
        onAct={(act, row) => (act === "revoke" ? revoke(row) : peek(row))}
      />
      <Drawer open={creating} onClose={() => open(false)} title={t(made ? "secret.title" : "form.title")} size={phone ? "100%" : 560} destroyOnHidden mask={{ closable: !made }}>
        {made ? <SecretOnce label={t("secret.label")} secret={made.secret} gone={t("secret.gone")} continueLabel={t("secret.continue")} onContinue={() => open(false)} /> : <ApiKeyForm onDone={setMade} onCancel={() => open(false)} />}
      </Drawer>
      <Drawer open={shown !== undefined} onClose={() => setQuery({}, { replace: true })} title={shown?.name} size={phone ? "100%" : 480} mask={false} destroyOnHidden>
        {shown && (
          <div className="lb-stack">
            <KeyFacts apiKey={shown} titles={titles} />
            <div>
              <ActionButton actions={shown.allowedActions} action="revoke" danger onClick={() => revoke(shown)}>
                {t("action.revoke")}
              </ActionButton>
            </div>
          </div>
        )}
      </Drawer>
    </Page>
  );
}

function KeyFacts({ apiKey, titles }: { apiKey: ApiKey; titles: ReadonlyMap<string, string> }) {
  const { t } = useTranslation("apikeys");
  const format = useFormat();
  return (
    <Facts
      facts={[
        { key: "hint", label: t("column.hint"), value: <span className="lb-mono">{t("list.hint", { hint: apiKey.hint })}</span> },
        { key: "employee", label: t("column.employee"), value: <Person person={apiKey.employee} /> },
        { key: "permissions", label: t("column.permissions"), value: apiKey.permissions.map((code) => titles.get(code) ?? code).join(t("list.comma")) },
        { key: "networks", label: t("column.networks"), value: apiKey.networks.length > 0 ? <span className="lb-mono">{apiKey.networks.join(t("list.comma"))}</span> : t("list.anywhere") },
        { key: "created", label: t("column.created"), value: format.exact(apiKey.createdAt) },
        { key: "expires", label: t("column.expires"), value: format.exact(apiKey.expiresAt) },
        { key: "used", label: t("column.used"), value: apiKey.lastUsedAt ? t("list.usedFrom", { time: format.exact(apiKey.lastUsedAt), ip: apiKey.lastIp, place: apiKey.place }) : t("list.never") },
        ...(apiKey.revokedAt ? [{ key: "revoked", label: t("column.revoked"), value: format.exact(apiKey.revokedAt) }] : []),
      ]}
    />
  );
}

function keyColumns(t: TFunction, titles: ReadonlyMap<string, string>): Column<ApiKey>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const permissions = (row: ApiKey) => row.permissions.map((code) => titles.get(code) ?? code).join(words("list.comma"));
  const used = (row: ApiKey, now: number) => (row.lastUsedAt ? relative(row.lastUsedAt, now, words) : words("list.never"));
  return [
    {
      key: "name",
      title: words("column.name"),
      width: 176,
      kind: "name",
      pin: "left",
      card: "title",
      render: (row) => (
        <button type="button" className="lb-plain lb-link" data-act="open">
          {row.name}
        </button>
      ),
      renderCard: (row) => <strong>{row.name}</strong>,
    },
    { key: "state", title: words("column.state"), width: 96, kind: "stage", card: "mark", render: (row, now) => <Tone tone={tones[stateOf(row, now)]}>{words(`state.${stateOf(row, now)}`)}</Tone> },
    { key: "hint", title: words("column.hint"), width: 88, render: (row) => <span className="lb-mono">{words("list.hint", { hint: row.hint })}</span> },
    { key: "employee", title: words("column.employee"), width: 112, kind: "person", card: "meta", render: (row) => <Person person={row.employee} />, renderCard: (row) => row.employee.displayName },
    { key: "permissions", title: words("column.permissions"), width: 240, card: "next", render: (row) => <span className="lb-ellipsis" title={permissions(row)}>{permissions(row)}</span>, renderCard: (row) => words("list.permissions", { count: row.permissions.length }) },
    { key: "networks", title: words("column.networks"), width: 176, render: (row) => (row.networks.length > 0 ? <span className="lb-mono lb-ellipsis">{row.networks.join(words("list.comma"))}</span> : words("list.anywhere")) },
    { key: "expires", title: words("column.expires"), width: 112, kind: "date", card: "amount", render: (row) => lastDay(row), renderCard: (row) => <span className="lb-meta">{words("list.until", { day: lastDay(row) })}</span> },
    { key: "used", title: words("column.used"), width: 128, kind: "date", card: "meta", render: used, renderCard: (row, now) => words("list.used", { time: used(row, now) }) },
    { key: "place", title: words("column.place"), width: 176, hiddenAtFirst: true, render: (row) => (row.lastIp ? words("list.from", { ip: row.lastIp, place: row.place }) : EMPTY) },
    {
      key: "actions",
      title: words("column.actions"),
      width: 80,
      kind: "actions",
      pin: "right",
      card: "action",
      render: (row) =>
        findAction(row.allowedActions, "revoke")?.allowed ? (
          <button type="button" className="lb-plain lb-link" data-act="revoke">
            {words("action.revoke")}
          </button>
        ) : null,
    },
  ];
}
