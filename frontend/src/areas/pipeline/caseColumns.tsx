import type { TFunction } from "i18next";
import { Link } from "react-router";
import type { CaseRow } from "@/api/types";
import { EMPTY, relative, shortMoney, wan, yuan } from "@/ui/format";
import { StageClock } from "@/ui/kanban/KanbanCard";
import { Person } from "@/ui/Person";
import { Masked } from "@/ui/Reveal";
import type { Column } from "@/ui/table/column";
import { Tone } from "@/ui/Tone";
import { amountOf } from "./amounts";
import { caseName } from "./caseName";

const none = <span className="lb-faint">{EMPTY}</span>;
const clockOf = (row: CaseRow, now: number) => (row.closedAt ? none : <StageClock since={row.stageSince} dueAt={row.stageDueAt} now={now} />);

/** The one list of columns of a case: table, cards and chooser. */
export function caseColumns(t: TFunction, english: boolean): Column<CaseRow>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const money = (fen: number | null) => (fen === null ? none : <span title={yuan(fen)}>{english ? yuan(fen) : wan(fen)}</span>);
  const head = (key: "amount" | "disbursed") => words(`column.${key}${english ? "Yuan" : ""}`);
  return [
    {
      key: "customer",
      title: words("column.customer"),
      width: 96,
      kind: "name",
      pin: "left",
      card: "title",
      render: (row) => (
        <Link to={`/cases/${row.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }}>
          {caseName(row)}
        </Link>
      ),
    },
    { key: "number", title: words("column.number"), width: 124, card: "meta", render: (row) => <span className="lb-faint">{row.number}</span> },
    { key: "phone", title: words("column.phone"), width: 116, kind: "masked", hiddenAtFirst: true, render: (row) => (row.customer.phone ? <Masked value={row.customer.phone} /> : none) },
    { key: "stage", title: words("column.stage"), width: 76, kind: "stage", card: "mark", render: (row) => <Tone tone={row.stage.tone}>{row.stage.name}</Tone> },
    { key: "amount", title: head("amount"), width: 96, kind: "money", card: "amount", render: (row) => money(amountOf(row)), renderCard: (row) => shortMoney(amountOf(row), english) },
    { key: "product", title: words("column.product"), width: 140, card: "meta", render: (row) => <span className="lb-ellipsis">{row.product?.name ?? words(`products:kind.${row.productKind}`)}</span>, renderCard: (row) => row.product?.name ?? words(`products:kind.${row.productKind}`) },
    { key: "lender", title: words("column.lender"), width: 100, render: (row) => (row.product ? <span className="lb-ellipsis">{row.product.lenderName}</span> : none) },
    { key: "clock", title: words("column.clock"), width: 136, kind: "date", card: "next", render: clockOf, renderCard: (row, now) => (row.closedAt ? null : clockOf(row, now)) },
    { key: "disbursed", title: head("disbursed"), width: 96, kind: "money", render: (row) => money(row.disbursedFen || null) },
    { key: "outstanding", title: words("column.outstanding"), width: 96, kind: "money", render: (row) => (row.outstandingFen ? yuan(row.outstandingFen) : none) },
    { key: "owner", title: words("column.owner"), width: 92, kind: "person", card: "meta", render: (row) => <Person person={row.owner} />, renderCard: (row) => row.owner?.displayName },
    { key: "team", title: words("column.team"), width: 100, hiddenAtFirst: true, render: (row) => row.team?.name ?? none },
    { key: "channel", title: words("column.channel"), width: 92, hiddenAtFirst: true, render: (row) => row.channel?.name ?? none },
    { key: "city", title: words("column.city"), width: 64, hiddenAtFirst: true, render: (row) => row.city?.name ?? none },
    { key: "lost", title: words("column.lost"), width: 100, hiddenAtFirst: true, render: (row) => (row.lostReason ? words(`lostReason.${row.lostReason}`) : none) },
    { key: "active", title: words("column.active"), width: 108, kind: "date", sort: "-activeAt", render: (row, now) => relative(row.activeAt, now, words) },
    { key: "created", title: words("column.created"), width: 108, kind: "date", sort: "-createdAt", hiddenAtFirst: true, render: (row, now) => relative(row.createdAt, now, words) },
  ];
}
