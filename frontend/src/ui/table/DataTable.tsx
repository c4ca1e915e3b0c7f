import { Button, Table, type TableProps } from "antd";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { rowHeight } from "@/theme/tokens";
import { usePhone } from "@/theme/mode";
import { count } from "../format";
import { useKeys, type Bindings } from "../keys";
import { StateView } from "../StateView";
import { useNow } from "../useFormat";
import { CardList } from "./CardList";
import { NO_SELECTION, rightAligned, type Column, type Rows } from "./column";
import { useTableSettings } from "./settings";
import { TableSkeleton } from "./TableSkeleton";
import { TableToolbar } from "./TableToolbar";
import { useSize } from "./useSize";
import "./table.css";

export interface DataTableProps<R extends { id: string }> {
  /** Names the table's settings on the server. */
  id: string;
  query: Rows<R>;
  columns: readonly Column<R>[];
  empty: ReactNode;
  total?: { total: number; capped: boolean } | undefined;
  sort?: string | undefined;
  onSort?: (sort: string | undefined) => void;
  filters?: ReactNode;
  /** Given: rows can be selected, and this stands in place of the filters while some are. */
  bulk?: ((selected: ReadonlySet<string>, clear: () => void) => ReactNode) | undefined;
  onOpen?: (row: R) => void;
  onPeek?: (row: R) => void;
  /** A row is shown beside the list: moving shows the next one there. */
  peeking?: boolean;
  /** Keys that act on the current row, as `c` to call. */
  rowKeys?: Record<string, { label: string; run: (row: R) => void }>;
  /** What a button with `data-act` in a cell does; one listener serves the whole table. */
  onAct?: (act: string, row: R) => void;
  /** Rows that just came in by push. */
  fresh?: ReadonlySet<string>;
  /** A bar above the rows: "3 条新客户 · 显示". */
  notice?: ReactNode;
  /** Told whether the list stands at its top with nothing selected: then a new row may come in by itself. */
  onAtTop?: (atTop: boolean) => void;
}

const SELECT_WIDTH = 40;
const NEAR_END = 0.7;

/** Keyset list: virtual table on wide screens, cards on phones, one column list, keys j k Enter Space x. */
export function DataTable<R extends { id: string }>(props: DataTableProps<R>) {
  const { id, query, columns, empty, total, bulk, onOpen, onPeek, peeking, rowKeys, onAct, onAtTop } = props;
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const settings = useTableSettings(id, columns);
  const [marked, setSelected] = useState<ReadonlySet<string>>(NO_SELECTION);
  const [current, setCurrent] = useState(-1);
  const tableRef = useRef<React.ComponentRef<typeof Table>>(null);
  const now = useNow(30_000);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const byId = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows]);
  const at = Math.min(current, rows.length - 1);
  // What left the list is no longer selected.
  const selected = useMemo(() => (marked.size === 0 ? NO_SELECTION : new Set([...marked].filter((key) => byId.has(key)))), [marked, byId]);
  const clear = () => setSelected(NO_SELECTION);
  const top = useRef(true);
  const selecting = selected.size > 0;
  useEffect(() => onAtTop?.(top.current && !selecting), [onAtTop, selecting]);

  const toggle = (key: string) =>
    setSelected((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  const move = (by: number, extend = false) => {
    if (rows.length === 0) return;
    const next = Math.max(0, Math.min(rows.length - 1, at + by));
    setCurrent(next);
    const row = rows[next];
    if (!row) return;
    tableRef.current?.scrollTo({ key: row.id });
    if (peeking && next !== at) onPeek?.(row);
    if (extend && bulk) setSelected((before) => new Set([...before, row.id, ...(rows[at] ? [rows[at].id] : [])]));
  };
  const onCurrent = (run: ((row: R) => void) | undefined) => () => {
    const row = rows[at];
    if (row) run?.(row);
  };
  const bindings: Bindings = {
    j: { run: () => move(1), label: t("table.keys.next") },
    k: { run: () => move(-1), label: t("table.keys.previous") },
    ArrowDown: { run: () => move(1) },
    ArrowUp: { run: () => move(-1) },
  };
  if (onOpen) bindings.Enter = { run: onCurrent(onOpen), label: t("table.keys.open") };
  if (onPeek) bindings.Space = { run: onCurrent(onPeek), label: t("table.keys.peek") };
  if (bulk) {
    bindings.x = { run: onCurrent((row) => toggle(row.id)), label: t("table.keys.select") };
    bindings["shift+ArrowDown"] = { run: () => move(1, true), label: t("table.keys.range") };
    bindings["shift+ArrowUp"] = { run: () => move(-1, true) };
    if (selected.size > 0) bindings.Escape = { run: clear, label: t("table.keys.clear") };
  }
  for (const [key, { label, run }] of Object.entries(rowKeys ?? {})) bindings[key] = { label, run: onCurrent(run) };
  useKeys(t("table.keys.scope"), bindings);

  const onScroll = (event: React.UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    top.current = scrollTop < 8;
    onAtTop?.(top.current && selected.size === 0);
    if (query.hasNextPage && !query.isFetchingNextPage && scrollTop + clientHeight > scrollHeight * NEAR_END) query.fetchNextPage();
  };
  const act = (event: React.MouseEvent) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-act]");
    const row = byId.get((event.target as HTMLElement).closest<HTMLElement>("[data-row-key]")?.dataset.rowKey ?? "");
    if (!row) return;
    setCurrent(rows.indexOf(row));
    if (button?.dataset.act && button.getAttribute("aria-disabled") !== "true") {
      event.preventDefault();
      onAct?.(button.dataset.act, row);
    }
  };

  const shared = { ...props, rows, now, selected, toggle, onScroll };
  const failedOver = query.error && rows.length > 0;
  return (
    <div className="lb-datatable" onClick={act}>
      <div className="lb-row lb-between lb-datatable-bar">
        <div className="lb-grow">{selected.size > 0 && bulk ? bulk(selected, clear) : props.filters}</div>
        {!phone && <TableToolbar settings={settings} updatedAt={query.dataUpdatedAt} busy={query.isFetching} onRefresh={() => void query.refetch()} />}
      </div>
      {props.notice}
      {failedOver ? (
        <div className="lb-datatable-stale" role="alert">
          {t("table.stale")}
          <Button size="small" onClick={() => void query.refetch()}>
            {t("state.retry")}
          </Button>
        </div>
      ) : null}
      <div className="lb-datatable-progress" data-on={query.isFetching && !query.isPending} aria-hidden />
      {query.isPending ? (
        <TableSkeleton height={phone ? 96 : rowHeight[settings.density]} />
      ) : rows.length === 0 ? (
        <div className="lb-datatable-body">{query.error ? <StateView state="error" error={query.error} onRetry={() => void query.refetch()} /> : empty}</div>
      ) : phone ? (
        <CardList {...shared} />
      ) : (
        <Grid {...shared} tableRef={tableRef} settings={settings} current={rows[at]?.id} setSelected={setSelected} />
      )}
      {rows.length > 0 && (
        <footer className="lb-datatable-foot lb-meta lb-muted" role="status">
          {t("table.loaded", { count: rows.length, shown: count(rows.length) })}
          {total && ` · ${t(total.capped ? "table.totalCapped" : "table.total", { total: count(total.total) })}`}
        </footer>
      )}
    </div>
  );
}

interface GridProps<R extends { id: string }> extends DataTableProps<R> {
  rows: R[];
  now: number;
  selected: ReadonlySet<string>;
  setSelected: (selected: ReadonlySet<string>) => void;
  onScroll: (event: React.UIEvent<HTMLElement>) => void;
  tableRef: React.RefObject<React.ComponentRef<typeof Table> | null>;
  settings: ReturnType<typeof useTableSettings<R>>;
  current: string | undefined;
}

function Grid<R extends { id: string }>({ rows, now, selected, setSelected, onScroll, tableRef, settings, current, sort, onSort, bulk, fresh }: GridProps<R>) {
  const { t } = useTranslation("ui");
  const [bodyRef, size] = useSize<HTMLDivElement>();
  const natural = settings.shown.reduce((sum, column) => sum + column.width, bulk ? SELECT_WIDTH : 0);
  const spare = Math.max(0, size.width - natural);
  const flexible = settings.shown.filter((column) => !column.pin || column.pin === "left").length || 1;
  const direction = (column: Column<R>) => (column.sort?.startsWith("-") ? ("descend" as const) : ("ascend" as const));
  const columns: TableProps<R>["columns"] = settings.shown.map((column) => ({
    key: column.key,
    title: column.title,
    width: column.width + (column.pin === "right" ? 0 : Math.floor(spare / flexible)),
    ...(column.pin ? { fixed: column.pin === "left" ? ("start" as const) : ("end" as const) } : {}),
    align: rightAligned(column.kind) ? ("right" as const) : ("left" as const),
    className: `lb-cell-${column.kind ?? "text"}`,
    ellipsis: true,
    render: (_: unknown, row: R) => column.render(row, now),
    ...(column.sort ? { sorter: true, sortOrder: sort === column.sort ? direction(column) : null, sortDirections: [direction(column)], showSorterTooltip: false } : {}),
  }));
  return (
    <div className="lb-datatable-body" ref={bodyRef} data-density={settings.density} style={{ "--lb-row-height": `${rowHeight[settings.density]}px` } as React.CSSProperties}>
      <Table<R>
        ref={tableRef as never}
        rowKey="id"
        virtual
        size="small"
        pagination={false}
        dataSource={rows}
        columns={columns}
        scroll={{ x: Math.max(natural, size.width), y: Math.max(120, (size.height || 640) - 41) }}
        onScroll={onScroll}
        rowClassName={(row) => [row.id === current ? "lb-row-current" : "", fresh?.has(row.id) ? "lb-row-fresh" : ""].join(" ")}
        onChange={(_page, _filters, sorter, { action }) => {
          if (action !== "sort" || Array.isArray(sorter)) return;
          const column = settings.shown.find((entry) => entry.key === sorter.columnKey);
          onSort?.(sorter.order ? column?.sort : undefined);
        }}
        {...(bulk
          ? {
              rowSelection: {
                fixed: true,
                columnWidth: SELECT_WIDTH,
                selectedRowKeys: [...selected],
                onChange: (keys: React.Key[]) => setSelected(new Set(keys.map(String))),
                getCheckboxProps: () => ({ "aria-label": t("table.select") }) as never,
              },
            }
          : {})}
      />
    </div>
  );
}
