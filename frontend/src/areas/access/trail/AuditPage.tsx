import type { TFunction } from "i18next";
import { Button, Drawer } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { AuditEntry } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { FilterBar } from "@/ui/FilterBar";
import { EMPTY, exact, relative } from "@/ui/format";
import { useQueryState } from "@/ui/listState";
import { Page } from "@/ui/Page";
import { Avatar } from "@/ui/Person";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { ChainBar } from "./ChainBar";
import { EntryPanel } from "./EntryPanel";
import { ExportDialog } from "./ExportDialog";
import { filterKeys, useEntries } from "./useAudit";
import { useFilterFields } from "./useFilterFields";
import { actorText, clientText, subjectText } from "./words";
import "./trail.css";

const SCREENFUL = 20;
/** Pages that are fetched by themselves while little is found; then people decide. */
const PATIENCE = 5;

/** Who did what to which record, from where; the state of the chain above it. */
export function AuditPage() {
  const { t } = useTranslation("audit");
  const phone = usePhone();
  const navigate = useNavigate();
  const list = useQueryState("", filterKeys);
  const { from, to } = list.filters;
  const entries = useEntries(list.filters);
  const fields = useFilterFields();
  const columns = useMemo(() => entryColumns(t), [t]);
  const [exporting, setExporting] = useState(false);
  const entryId = list.query.get("entry");
  const pages = entries.data?.pages ?? [];
  const rows = useMemo(() => entries.data?.pages.flatMap((page) => page.items) ?? [], [entries.data]);
  const { hasNextPage, isFetching, fetchNextPage } = entries;
  const few = rows.length < SCREENFUL && hasNextPage;
  useEffect(() => {
    if (few && pages.length < PATIENCE && !isFetching) void fetchNextPage();
  }, [few, pages.length, isFetching, fetchNextPage]);
  const open = (row: { id: string }) => list.change({ entry: row.id });
  const shown = rows.find(({ id }) => id === entryId);
  const filtered = Object.values(list.filters).some(Boolean);
  const setFilter = (key: string, value: string | undefined) => {
    if (key !== "days") return list.setFilter(key, value);
    const [first, last] = (value ?? "").split(",");
    list.change({ from: first || undefined, to: last || undefined });
  };
  const onward = few && pages.length >= PATIENCE && (
    <button type="button" className="lb-datatable-notice" disabled={isFetching} onClick={() => void fetchNextPage()}>
      {t("list.onward")}
    </button>
  );
  return (
    <Page
      fill
      title={t("page.title")}
      actions={
        <Can permission="access.audit.export">
          <Button onClick={() => setExporting(true)}>{t("export.title")}</Button>
        </Can>
      }
    >
      <ChainBar onOpen={(id) => open({ id })} />
      <DataTable
        id="audit"
        query={entries}
        columns={columns}
        notice={onward}
        empty={
          filtered ? (
            <StateView title={t("list.noMatch")} detail={t(hasNextPage ? "list.onwardDetail" : "list.noMatchDetail")} action={<Button onClick={list.reset}>{t("list.clear")}</Button>} />
          ) : (
            <StateView title={t("list.empty")} detail={t("list.emptyDetail")} />
          )
        }
        filters={<FilterBar fields={fields} values={{ ...list.filters, days: from || to ? `${from ?? ""},${to ?? ""}` : undefined }} onChange={setFilter} onReset={list.reset} />}
        onOpen={open}
        onPeek={open}
        peeking={entryId !== null}
        onAct={(_act, row) => open(row)}
        rowKeys={{ h: { label: t("record.history"), run: (row) => row.subject && void navigate(`/audit/records/${row.subject.id}`) } }}
      />
      <Drawer
        open={entryId !== null}
        onClose={() => list.change({ entry: undefined })}
        title={shown?.title ?? t("entry.title")}
        size={phone ? "100%" : 560}
        mask={false}
        destroyOnHidden
      >
        {entryId && <EntryPanel key={entryId} entryId={entryId} />}
      </Drawer>
      {exporting && <ExportDialog filters={list.filters} onClose={() => setExporting(false)} />}
    </Page>
  );
}

function entryColumns(t: TFunction): Column<AuditEntry>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  return [
    {
      key: "at",
      title: words("column.at"),
      width: 160,
      kind: "date",
      pin: "left",
      card: "amount",
      render: (row) => (
        <button type="button" className="lb-plain lb-link" data-act="open">
          {exact(Date.parse(row.at))}
        </button>
      ),
      renderCard: (row, now) => <span className="lb-meta lb-faint">{relative(row.at, now, words)}</span>,
    },
    { key: "action", title: words("column.action"), width: 152, card: "title", render: (row) => <strong>{row.title}</strong> },
    {
      key: "actor",
      title: words("column.actor"),
      width: 128,
      kind: "person",
      card: "meta",
      render: (row) => (
        <span className="lb-person">
          {row.actor.kind === "employee" && <Avatar id={row.actor.id ?? row.actor.name} name={row.actor.name} />}
          <span className="lb-ellipsis">{actorText(row, words)}</span>
        </span>
      ),
      renderCard: (row) => actorText(row, words),
    },
    { key: "subject", title: words("column.subject"), width: 184, card: "meta", render: (row) => <span className="lb-ellipsis">{subjectText(row, words) || EMPTY}</span>, renderCard: (row) => subjectText(row, words) || null },
    {
      key: "changes",
      title: words("entry.changes"),
      width: 208,
      card: "next",
      render: (row) => <span className="lb-ellipsis lb-muted">{changeText(row, words) || EMPTY}</span>,
      renderCard: (row) => changeText(row, words) || null,
    },
    { key: "client", title: words("column.client"), width: 80, render: (row) => clientText(row.client, words) },
    { key: "ip", title: words("column.ip"), width: 152, render: (row) => (row.ip ? words(row.place ? "entry.ipPlace" : "entry.ip", { ip: row.ip, place: row.place }) : EMPTY) },
    { key: "device", title: words("column.device"), width: 128, hiddenAtFirst: true, render: (row) => row.deviceName || EMPTY },
    { key: "sealed", title: words("seal.n"), width: 88, kind: "number", render: (row) => (row.sealed === null ? <span className="lb-faint">{words("seal.none")}</span> : row.sealed) },
  ];
}

const changeText = (row: AuditEntry, words: (key: string, values?: Record<string, unknown>) => string): string =>
  row.changes.map(({ title, was, now }) => words("change.short", { title, was: was ?? EMPTY, now: now ?? EMPTY })).join(words("change.comma"));
