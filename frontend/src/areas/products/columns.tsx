import type { TFunction } from "i18next";
import { Link } from "react-router";
import type { Lender, ProductRow } from "@/api/types";
import { day, EMPTY } from "@/ui/format";
import type { Place } from "@/ui/rules/types";
import type { Column } from "@/ui/table/column";
import { Tone } from "@/ui/Tone";
import type { ToneName } from "@/theme/tokens";
import { moneySpan, rateWords, termsWords, wanSpan } from "./words";

type T = TFunction<"products">;
const none = <span className="lb-faint">{EMPTY}</span>;
const stateTones: Record<ProductRow["state"], ToneName> = { active: "green", suspended: "amber", retired: "grey" };
export function StateTone({ state, t }: { state: ProductRow["state"]; t: T }) {
  return <Tone tone={stateTones[state]}>{t(`state.${state}`)}</Tone>;
}
/** The version in force and the draft beside it. */
function VersionMarks({ row, t }: { row: ProductRow; t: T }) {
  return (
    <span className="lb-row" style={{ gap: 4 }}>
      {row.current && <Tone tone="slate">{t("version.current", { number: row.current.number })}</Tone>}
      {row.draft && <Tone tone="amber">{t("version.draftOf", { number: row.draft.number })}</Tone>}
      {!row.current && !row.draft && none}
    </span>
  );
}

export function productColumns(t: T, english: boolean): Column<ProductRow>[] {
  const of = (render: (current: NonNullable<ProductRow["current"]>) => React.ReactNode) => (row: ProductRow) => (row.current ? render(row.current) : none);
  const card = (render: (current: NonNullable<ProductRow["current"]>) => React.ReactNode) => (row: ProductRow) => row.current && render(row.current);
  return [
    {
      key: "name",
      title: t("column.name"),
      width: 180,
      kind: "name",
      pin: "left",
      card: "title",
      render: (row) => (
        <Link to={`/products/${row.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }} title={row.name}>
          {row.name}
        </Link>
      ),
    },
    { key: "lender", title: t("column.lender"), width: 140, card: "meta", render: (row) => <span className="lb-ellipsis">{row.lender.name}</span>, renderCard: (row) => row.lender.name },
    { key: "kind", title: t("column.kind"), width: 84, card: "meta", render: (row) => t(`kind.${row.kind}`) },
    { key: "state", title: t("column.state"), width: 72, card: "mark", render: (row) => <StateTone state={row.state} t={t} />, renderCard: (row) => row.state !== "active" && <StateTone state={row.state} t={t} /> },
    { key: "amount", title: t(english ? "column.amountYuan" : "column.amount"), width: 124, kind: "money", card: "amount", render: of((current) => (english ? moneySpan(current, true) : wanSpan(current))), renderCard: card((current) => moneySpan(current, english)) },
    { key: "rate", title: t("column.rate"), width: 196, card: "next", render: of((current) => <span className="lb-ellipsis" title={rateWords(current.rate, t)}>{rateWords(current.rate, t)}</span>), renderCard: card((current) => rateWords(current.rate, t)) },
    { key: "terms", title: t("column.terms"), width: 136, card: "meta", render: of((current) => <span className="lb-ellipsis">{termsWords(current.terms, t)}</span>), renderCard: card((current) => termsWords(current.terms, t)) },
    { key: "hours", title: t("column.hours"), width: 88, kind: "number", render: of((current) => t("body.hours", { hours: current.approvalHours })) },
    { key: "version", title: t("column.version"), width: 132, kind: "tags", card: "meta", render: (row) => <VersionMarks row={row} t={t} />, renderCard: (row) => row.draft && <VersionMarks row={row} t={t} /> },
    { key: "since", title: t("column.since"), width: 108, kind: "date", hiddenAtFirst: true, render: of((current) => day(Date.parse(current.effectiveFrom))) },
  ];
}

const cooperationTones: Record<Lender["cooperation"], ToneName> = { active: "green", candidate: "blue", suspended: "amber", exited: "grey" };
export function lenderColumns(t: T, places: readonly Place[]): Column<Lender>[] {
  const names = new Map(places.map(({ code, name }) => [code, name]));
  const where = ({ territories }: Lender) => (territories.length === 0 ? t("body.everywhere") : territories.map((code) => names.get(code) ?? String(code)).join(t("list.comma")));
  return [
    {
      key: "name",
      title: t("lender.name"),
      width: 180,
      kind: "name",
      pin: "left",
      card: "title",
      render: (row) => (
        <button type="button" className="lb-plain lb-link lb-ellipsis" data-act="open" title={row.name}>
          {row.name}
        </button>
      ),
    },
    { key: "kind", title: t("lender.kind"), width: 100, card: "meta", render: (row) => t(`lenderKind.${row.kind}`) },
    { key: "cooperation", title: t("lender.cooperation"), width: 84, card: "mark", render: (row) => <Tone tone={cooperationTones[row.cooperation]}>{t(`cooperation.${row.cooperation}`)}</Tone> },
    { key: "territories", title: t("lender.territories"), width: 220, card: "meta", render: (row) => <span className="lb-ellipsis" title={where(row)}>{where(row)}</span>, renderCard: where },
    { key: "route", title: t("lender.route"), width: 168, card: "meta", render: (row) => <span className="lb-ellipsis">{t(`route.${row.route}`)}</span> },
    { key: "contacts", title: t("lender.contacts"), width: 168, kind: "masked", render: (row) => <span className="lb-ellipsis">{row.contacts?.value ?? (row.hasContacts ? t("lender.hidden") : EMPTY)}</span> },
    {
      key: "products",
      title: t("lender.products"),
      width: 84,
      kind: "number",
      card: "action",
      render: (row) => <Link to={`/products?lenderId=${row.id}`}>{row.productCount}</Link>,
      renderCard: (row) => <Link to={`/products?lenderId=${row.id}`}>{t("lender.productCount", { count: row.productCount })}</Link>,
    },
    { key: "reviewed", title: t("lender.reviewed"), width: 108, kind: "date", render: (row) => (row.reviewedAt ? day(Date.parse(row.reviewedAt)) : none) },
    { key: "note", title: t("lender.note"), width: 200, hiddenAtFirst: true, render: (row) => <span className="lb-ellipsis">{row.note ?? EMPTY}</span> },
  ];
}
