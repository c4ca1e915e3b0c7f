import { EditOutlined, PhoneOutlined } from "@/ui/icons";
import type { TFunction } from "i18next";
import { Link } from "react-router";
import type { CustomerRow } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { DueClock } from "@/ui/DueClock";
import { EMPTY, percent, relative, shortRange, wanRange, yuanRange } from "@/ui/format";
import { Person } from "@/ui/Person";
import { Masked } from "@/ui/Reveal";
import type { Column } from "@/ui/table/column";
import { Intent, StageTone } from "@/ui/Tone";
import { callRefusal } from "./Call";
import { ContactTone, StarCount } from "./Stars";
import { nameOf } from "./nameOf";

const none = <span className="lb-faint">{EMPTY}</span>;

/** The one list of columns of a customer: table, cards and chooser. */
export function customerColumns(t: TFunction, english: boolean): Column<CustomerRow>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  return [
    {
      key: "name",
      title: words("column.name"),
      width: 88,
      kind: "name",
      pin: "left",
      card: "title",
      render: (row) => (
        <Link to={`/customers/${row.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }}>
          {nameOf(row.name)}
        </Link>
      ),
    },
    { key: "phone", title: words("column.phone"), width: 116, kind: "masked", card: "meta", render: (row) => (row.phone ? <Masked value={row.phone} /> : none), renderCard: (row) => row.phone && <Masked value={row.phone} /> },
    { key: "intent", title: words("column.intent"), width: 48, card: "mark", render: (row) => <Intent intent={row.intent} />, renderCard: (row) => row.intent && <Intent intent={row.intent} /> },
    { key: "stars", title: words("stars.column"), width: 52, card: "mark", render: (row) => <StarCount stars={row.stars} />, renderCard: (row) => row.stars !== null && <StarCount stars={row.stars} /> },
    { key: "stage", title: words("column.stage"), width: 76, kind: "stage", card: "mark", render: (row) => <StageTone stage={row.stage} /> },
    {
      key: "amount",
      title: words(english ? "column.amountYuan" : "column.amount"),
      width: 104,
      kind: "money",
      card: "amount",
      render: (row) => <span title={yuanRange(row.wantedAmount)}>{english ? yuanRange(row.wantedAmount) || EMPTY : wanRange(row.wantedAmount)}</span>,
      renderCard: (row) => row.wantedAmount && shortRange(row.wantedAmount, english),
    },
    { key: "city", title: words("column.city"), width: 64, card: "meta", render: (row) => row.city?.name ?? none, renderCard: (row) => row.city?.name },
    { key: "channel", title: words("column.channel"), width: 92, card: "meta", render: (row) => <span className="lb-ellipsis">{row.channel?.name ?? EMPTY}</span>, renderCard: (row) => row.channel?.name },
    {
      key: "lastFollowUp",
      title: words("column.lastFollowUp"),
      width: 124,
      card: "meta",
      render: (row, now) =>
        row.lastFollowUp ? (
          <span className="lb-ellipsis">
            {relative(row.lastFollowUp.at, now, words)} {words(`common:outcome.${row.lastFollowUp.outcome}`)}
          </span>
        ) : (
          none
        ),
      renderCard: (row, now) => row.lastFollowUp && `${relative(row.lastFollowUp.at, now, words)} ${words(`common:outcome.${row.lastFollowUp.outcome}`)}`,
    },
    {
      key: "next",
      title: words("column.next"),
      width: 116,
      kind: "date",
      sort: "nextActionAt",
      card: "next",
      render: (row) => {
        const at = row.nextActionAt ?? row.firstContactDueAt;
        return at ? <DueClock at={at} /> : none;
      },
      renderCard: (row) => {
        const at = row.nextActionAt ?? row.firstContactDueAt;
        return at && <DueClock at={at} />;
      },
    },
    { key: "owner", title: words("column.owner"), width: 92, kind: "person", render: (row) => (row.owner ? <Person person={row.owner} /> : <span className="lb-faint">{words("unassigned")}</span>) },
    { key: "completeness", title: words("column.completeness"), width: 92, kind: "number", hiddenAtFirst: true, render: (row) => percent(row.completenessBps) },
    { key: "contact", title: words("column.contact"), width: 92, hiddenAtFirst: true, render: (row) => <ContactTone row={row} /> },
    { key: "team", title: words("column.team"), width: 100, hiddenAtFirst: true, render: (row) => row.team?.name ?? none },
    { key: "active", title: words("column.active"), width: 116, kind: "date", sort: "-activeAt", hiddenAtFirst: true, render: (row, now) => relative(row.activeAt, now, words) },
    { key: "created", title: words("column.created"), width: 116, kind: "date", sort: "-createdAt", hiddenAtFirst: true, render: (row, now) => relative(row.createdAt, now, words) },
    {
      key: "actions",
      title: words("column.actions"),
      width: 76,
      kind: "actions",
      pin: "right",
      card: "action",
      render: (row) => (
        <span className="lb-row" style={{ gap: 4 }}>
          <CellAction act="call" label={words("action.call")} refused={callRefusal(row, words("call.noPhone"))} icon={<PhoneOutlined />} />
          <CellAction act="followUp" label={words("action.followUp")} refused={refusal(row, "follow_up")} icon={<EditOutlined />} />
        </span>
      ),
    },
  ];
}

const refusal = (row: CustomerRow, action: string): string | null => {
  const found = findAction(row.allowedActions, action);
  return found && !found.allowed ? (found.reason?.message ?? null) : null;
};

function CellAction({ act, label, refused, icon }: { act: string; label: string; refused: string | null; icon: React.ReactNode }) {
  return (
    <button type="button" className="lb-act" data-act={act} aria-label={label} title={refused ?? label} aria-disabled={refused !== null}>
      {icon}
    </button>
  );
}
