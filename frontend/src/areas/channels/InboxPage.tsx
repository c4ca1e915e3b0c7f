import { App, Button, Drawer } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { TFunction } from "i18next";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { InboxRow } from "@/api/types";
import type { ToneName } from "@/theme/tokens";
import { usePhone } from "@/theme/mode";
import { findAction } from "@/ui/ActionButton";
import { FilterBar } from "@/ui/FilterBar";
import { EMPTY, relative, shortRange, wanRange } from "@/ui/format";
import { Page } from "@/ui/Page";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { Tone } from "@/ui/Tone";
import { ViewTabs } from "@/ui/ViewTabs";
import { useFormat } from "@/ui/useFormat";
import { EntryPanel } from "./EntryPanel";
import { inboxStates, useChannels, useInbox, useSettled } from "./useChannels";
import "./channels.css";

const tones: Record<InboxRow["state"], ToneName> = { pending: "slate", done: "green", duplicate: "amber", dead: "red", ignored: "grey", test: "sky" };

export function InboxPage() {
  const { t } = useTranslation("channels");
  const phone = usePhone();
  const { english } = useFormat();
  const [query, setQuery] = useSearchParams();
  const state = inboxStates.find((known) => known === query.get("state"));
  const channelId = query.get("channelId") ?? undefined;
  const inbox = useInbox(state, channelId);
  const channels = useChannels().data?.items ?? [];
  const deadTotal = channels.filter((channel) => !channelId || channel.id === channelId).reduce((sum, channel) => sum + channel.stats.deadTotal, 0);
  const columns = useMemo(() => inboxColumns(t, english), [t, english]);
  const entryId = query.get("entry");
  const setParam = (key: string, value: string | undefined) =>
    setQuery(
      (before) => {
        if (value) before.set(key, value);
        else before.delete(key);
        return before;
      },
      { replace: true },
    );
  const open = (row: InboxRow) => setParam("entry", row.id);
  return (
    <Page
      fill
      title={t("inbox.title")}
      tabs={
        <ViewTabs
          value={state ?? "all"}
          onChange={(key) => setParam("state", key === "all" ? undefined : key)}
          views={[{ key: "all", label: t("inbox.all") }, ...inboxStates.map((key) => ({ key, label: t(`inbox.state.${key}`), ...(key === "dead" ? { total: { total: deadTotal, capped: false } } : {}) }))]}
        />
      }
      actions={deadTotal > 0 ? <ReplayAll channelId={channelId} total={deadTotal} /> : null}
    >
      <DataTable
        id="inbox"
        query={inbox}
        columns={columns}
        empty={state === "dead" ? <StateView title={t("inbox.noDead")} detail={t("inbox.noDeadDetail")} /> : <StateView title={t("inbox.empty")} detail={t("inbox.emptyDetail")} />}
        filters={
          <FilterBar
            fields={[{ key: "channelId", label: t("inbox.channel"), options: channels.map(({ id, name }) => ({ value: id, label: name })) }]}
            values={{ channelId }}
            onChange={setParam}
            onReset={() => setParam("channelId", undefined)}
          />
        }
        onOpen={open}
        onPeek={open}
        onAct={(_act, row) => open(row)}
        rowKeys={{ r: { label: t("inbox.correct"), run: open } }}
      />
      <Drawer open={entryId !== null} onClose={() => setParam("entry", undefined)} title={t("inbox.entry")} size={phone ? "100%" : 560} mask={false} destroyOnHidden>
        {entryId && <EntryPanel key={entryId} entryId={entryId} />}
      </Drawer>
    </Page>
  );
}

function ReplayAll({ channelId, total }: { channelId: string | undefined; total: number }) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const settled = useSettled();
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      const { replayed } = await data(client.POST("/api/v1/inbox-entries/replay", { body: channelId ? { channelId } : {} }));
      void message.success(t("inbox.replayedAll", { total: replayed }));
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("inbox.failed"));
    }
    await settled();
    setBusy(false);
  };
  return (
    <Button loading={busy} onClick={() => void replay()}>
      {t("inbox.replayAll", { total })}
    </Button>
  );
}

function inboxColumns(t: TFunction, english: boolean): Column<InboxRow>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  return [
    { key: "received", title: words("inbox.received"), width: 128, kind: "date", pin: "left", card: "meta", render: (row, now) => <button type="button" className="lb-plain" style={{ color: "var(--lb-link)" }} data-act="open">{relative(row.receivedAt, now, words)}</button> },
    { key: "state", title: words("inbox.stateTitle"), width: 88, kind: "stage", card: "mark", render: (row) => <Tone tone={tones[row.state]}>{words(`inbox.state.${row.state}`)}</Tone> },
    { key: "name", title: words("inbox.name"), width: 112, card: "title", render: (row) => <strong><Masked value={row.preview.name} /></strong> },
    { key: "phone", title: words("inbox.phone"), width: 132, kind: "masked", card: "next", render: (row) => <Masked value={row.preview.phone} /> },
    { key: "amount", title: words("inbox.amount"), width: 128, kind: "money", card: "amount", render: (row) => wanRange(row.preview.wantedAmount), renderCard: (row) => row.preview.wantedAmount && shortRange(row.preview.wantedAmount, english) },
    { key: "city", title: words("inbox.city"), width: 88, render: (row) => row.preview.city ?? EMPTY },
    { key: "channel", title: words("inbox.channel"), width: 140, card: "meta", render: (row) => row.channel.name },
    { key: "reason", title: words("inbox.reason"), width: 240, card: "next", renderCard: (row) => row.reason?.message, render: (row) => <span className={row.state === "dead" ? "lb-danger lb-ellipsis" : "lb-muted lb-ellipsis"} title={row.reason?.message}>{row.reason?.message ?? EMPTY}</span> },
    { key: "deliveries", title: words("inbox.deliveries"), width: 88, kind: "number", hiddenAtFirst: true, render: (row) => row.deliveries },
    {
      key: "actions",
      title: words("inbox.actions"),
      width: 112,
      kind: "actions",
      pin: "right",
      card: "action",
      render: (row) =>
        row.customerId ? (
          <Link to={`/customers/${row.customerId}`}>{words("inbox.customer")}</Link>
        ) : findAction(row.allowedActions, "replay")?.allowed ? (
          <button type="button" className="lb-plain" style={{ color: "var(--lb-link)" }} data-act="correct">
            {words("inbox.correct")}
          </button>
        ) : null,
    },
  ];
}
