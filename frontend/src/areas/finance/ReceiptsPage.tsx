import { Button, DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { serverNow } from "@/api/clock";
import type { ReceiptRow, ReceiptSummary } from "@/api/types";
import { useEmployees } from "@/areas/customers/useCustomers";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import { Figure } from "@/ui/Figure";
import { FilterBar } from "@/ui/FilterBar";
import { day, EMPTY, relative, yuan } from "@/ui/format";
import { useQueryState } from "@/ui/listState";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { Person } from "@/ui/Person";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { Tone } from "@/ui/Tone";
import { useFormat } from "@/ui/useFormat";
import { useReceipts, useReceiptSummary } from "./useReceipts";
import "./finance.css";

const filterKeys = ["from", "to", "ownerId"] as const;
const periods = ["month", "lastMonth", "quarter"] as const;
type Period = (typeof periods)[number];

/** The first and last day of a period, on Shanghai's calendar; a running one ends today. */
function daysOf(period: Period): { from: string; to: string } {
  const today = dayjs(day(serverNow()));
  const month = today.startOf("month");
  const text = (at: Dayjs) => at.format("YYYY-MM-DD");
  if (period === "lastMonth") return { from: text(month.subtract(1, "month")), to: text(month.subtract(1, "day")) };
  if (period === "quarter") return { from: text(month.subtract(month.month() % 3, "month")), to: text(today) };
  return { from: text(month), to: text(today) };
}

export function ReceiptsPage() {
  const { t } = useTranslation("finance");
  const can = useCan();
  const phone = usePhone();
  const navigate = useNavigate();
  const list = useQueryState("", filterKeys);
  const { from, to } = list.filters.from && list.filters.to ? { from: list.filters.from, to: list.filters.to } : daysOf("month");
  const { ownerId } = list.filters;
  const receipts = useReceipts({ from, to, ownerId });
  const summary = useReceiptSummary(ownerId);
  const employees = useEmployees(can("access.employees.view")).data?.items ?? [];
  const columns = useMemo(() => receiptColumns(t), [t]);
  const shown = periods.find((period) => daysOf(period).from === from && daysOf(period).to === to) ?? null;
  const set = (period: { from: string; to: string }) => list.change(period);
  const rows = receipts.data?.pages.flatMap((page) => page.items) ?? [];
  const loaded = rows.reduce((sum, row) => sum + row.amountFen, 0);
  return (
    <Page fill title={t("page.title")}>
      {summary.data ? (
        <Figures summary={summary.data} />
      ) : summary.error ? (
        <StateView state="error" error={summary.error} onRetry={() => void summary.refetch()} />
      ) : (
        <div className="lb-card lb-figures-skeleton" aria-hidden />
      )}
      <DataTable
        id="receipts"
        query={receipts}
        columns={columns}
        onOpen={(row) => void navigate(`/cases/${row.case.id}?tab=money`)}
        filters={
          <div className="lb-row lb-row-wrap">
            <ChipGroup label={t("page.period")} value={shown} onChange={(period) => set(daysOf(period))} options={periods.map((value) => ({ value, label: t(`page.periods.${value}`) }))} />
            <DatePicker.RangePicker
              allowClear={false}
              inputReadOnly={phone}
              value={[dayjs(from), dayjs(to)]}
              aria-label={t("page.period")}
              onChange={(range) => range?.[0] && range[1] && set({ from: range[0].format("YYYY-MM-DD"), to: range[1].format("YYYY-MM-DD") })}
            />
            {employees.length > 1 && (
              <FilterBar
                fields={[{ key: "ownerId", label: t("column.owner"), options: employees.map(({ id, displayName }) => ({ value: id, label: displayName })) }]}
                values={{ ownerId }}
                onChange={list.setFilter}
                onReset={() => list.setFilter("ownerId", undefined)}
              />
            )}
            {rows.length > 0 && !receipts.hasNextPage && <span className="lb-muted">{t("page.sum", { amount: yuan(loaded) })}</span>}
          </div>
        }
        empty={<StateView title={t("page.none")} detail={t("page.noneDetail")} action={shown === "quarter" ? undefined : <Button onClick={() => set(daysOf("quarter"))}>{t("page.widen")}</Button>} />}
      />
    </Page>
  );
}

function Figures({ summary }: { summary: ReceiptSummary }) {
  const { t } = useTranslation("finance");
  const format = useFormat();
  const most = Math.max(1, ...summary.ageing.map(({ outstandingFen }) => outstandingFen));
  return (
    <div className="lb-figures">
      {(["due", "received", "outstanding"] as const).map((key) => (
        <section key={key} className="lb-card lb-stack lb-stack-tight">
          <Figure label={t(`figure.${key}`)} value={format.money(summary[`${key}Fen`])} definition={t(`figure.${key}Means`)} />
          <span className="lb-meta lb-muted">{t("figure.exact", { amount: yuan(summary[`${key}Fen`]) })}</span>
        </section>
      ))}
      <section className="lb-card lb-ageing" aria-label={t("figure.ageing")}>
        <span className="lb-meta lb-muted">{t("figure.ageing")}</span>
        {summary.ageing.length === 0 && <span className="lb-faint">{EMPTY}</span>}
        <ul className="lb-ageing">
          {summary.ageing.map(({ fromDays, toDays, cases, outstandingFen }) => (
            <li key={fromDays} className="lb-meta">
              <span className="lb-muted">{toDays === null ? t("figure.daysOver", { from: fromDays }) : t("figure.days", { from: fromDays, to: toDays })}</span>
              <span className="lb-ageing-bar" aria-hidden>
                <span style={{ width: `${(outstandingFen / most) * 100}%` }} />
              </span>
              <span title={yuan(outstandingFen)}>{t("figure.bucket", { amount: format.money(outstandingFen), count: cases })}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function receiptColumns(t: TFunction<"finance">): Column<ReceiptRow>[] {
  const words = (key: string, values?: Record<string, unknown>) => String((t as TFunction)(key, { ...values }));
  const none = <span className="lb-faint">{EMPTY}</span>;
  const amount = (row: ReceiptRow) => <span className={row.amountFen < 0 ? "lb-danger" : row.reversed ? "lb-struck" : undefined}>{yuan(row.amountFen)}</span>;
  const state = (row: ReceiptRow) => (row.reversesId ? <Tone tone="red">{words("receipt.reversal")}</Tone> : row.reversed ? <Tone tone="grey">{words("receipt.reversed")}</Tone> : null);
  return [
    { key: "day", title: words("column.day"), width: 112, pin: "left", card: "meta", render: (row) => row.receivedOn },
    {
      key: "customer",
      title: words("column.customer"),
      width: 96,
      kind: "name",
      card: "title",
      render: (row) => (
        <Link to={`/cases/${row.case.id}?tab=money`} className="lb-ellipsis">
          {row.customer.name?.value ?? row.case.number}
        </Link>
      ),
    },
    { key: "amount", title: words("column.amount"), width: 128, kind: "money", card: "amount", render: amount },
    { key: "state", title: words("column.state"), width: 84, card: "mark", render: (row) => state(row) ?? none, renderCard: state },
    { key: "method", title: words("column.method"), width: 92, card: "meta", render: (row) => words(`method.${row.method}`) },
    { key: "number", title: words("column.case"), width: 140, card: "next", render: (row) => <span className="lb-faint">{row.case.number}</span> },
    { key: "owner", title: words("column.owner"), width: 96, kind: "person", card: "meta", render: (row) => <Person person={row.owner} />, renderCard: (row) => row.owner?.displayName },
    { key: "by", title: words("column.by"), width: 96, kind: "person", render: (row) => <Person person={row.by} /> },
    { key: "recorded", title: words("column.recorded"), width: 116, kind: "date", render: (row, now) => relative(row.recordedAt, now, words) },
    { key: "note", title: words("column.note"), width: 160, render: (row) => (row.note ? <Masked value={row.note} /> : none) },
  ];
}
