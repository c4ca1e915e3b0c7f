import type { TFunction } from "i18next";
import { Link } from "react-router";
import type { LoginApproval, LoginRecord } from "@/api/types";
import { EMPTY, exact, relative } from "@/ui/format";
import { DueClock } from "@/ui/DueClock";
import { Person } from "@/ui/Person";
import type { Column } from "@/ui/table/column";
import { Tone } from "@/ui/Tone";

type Row = LoginApproval | LoginRecord;
type Words = (key: string, values?: Record<string, unknown>) => string;

const time = (at: string, now: number, words: Words) => <span title={exact(Date.parse(at))}>{relative(at, now, words)}</span>;

function whence(words: Words): Column<Row>[] {
  return [
    { key: "place", title: words("logins:column.place"), width: 112, card: "meta", render: (row) => <span className="lb-ellipsis">{row.place}</span> },
    { key: "ip", title: words("logins:column.ip"), width: 128, card: "meta", render: (row) => <span className="lb-mono">{row.ip}</span> },
  ];
}

/** What was unusual about a login. */
export function Signals({ signals }: { signals: Row["signals"] }) {
  return (
    <span className="lb-row lb-row-wrap" style={{ gap: 4 }}>
      {signals.map(({ code, text }) => (
        <Tone key={code} tone="amber">
          {text}
        </Tone>
      ))}
    </span>
  );
}
const signals = (words: Words): Column<Row> => ({
  key: "signals",
  title: words("logins:column.signals"),
  width: 176,
  kind: "tags",
  card: "next",
  render: (row) => (row.signals.length > 0 ? <Signals signals={row.signals} /> : <span className="lb-faint">{EMPTY}</span>),
  renderCard: (row) => row.signals.length > 0 && <Signals signals={row.signals} />,
});

const wordsOf =
  (t: TFunction): Words =>
  (key, values) =>
    String(t(key, { ...values }));

/** Requests to be let in: those that wait with their buttons, those decided with who did it. */
export function approvalColumns(t: TFunction, waiting: boolean): Column<LoginApproval>[] {
  const words = wordsOf(t);
  return [
    { key: "employee", title: words("logins:column.employee"), width: 132, kind: "person", pin: "left", card: "title", render: (row) => <Person person={row.employee} /> },
    { key: "kind", title: words("logins:column.kind"), width: 92, card: "mark", render: (row) => <Tone tone="violet">{words(`logins:kind.${row.kind}`)}</Tone> },
    { key: "device", title: words("logins:column.device"), width: 152, card: "meta", render: (row) => <span className="lb-ellipsis">{words("logins:page.deviceOf", { client: words(`logins:client.${row.client}`), name: row.deviceName || words("logins:page.noDevice") })}</span> },
    ...(whence(words) as Column<LoginApproval>[]),
    signals(words) as Column<LoginApproval>,
    { key: "createdAt", title: words("logins:column.createdAt"), width: 112, kind: "date", card: "meta", render: (row, now) => time(row.createdAt, now, words) },
    ...(waiting
      ? ([
          { key: "expiresAt", title: words("logins:column.expiresAt"), width: 112, kind: "date", card: "amount", render: (row) => <DueClock at={row.expiresAt} /> },
          {
            key: "actions",
            title: words("logins:column.actions"),
            width: 72,
            kind: "actions",
            pin: "right",
            card: "action",
            render: () => (
              <button type="button" className="lb-plain lb-link lb-act-word" data-act="decide">
                {words("logins:page.decide")}
              </button>
            ),
          },
        ] as Column<LoginApproval>[])
      : ([
          { key: "state", title: words("logins:column.state"), width: 92, card: "amount", render: (row) => <Tone tone={stateTones[row.state]}>{words(`logins:state.${row.state}`)}</Tone> },
          { key: "decidedBy", title: words("logins:column.decidedBy"), width: 120, kind: "person", card: "next", render: (row) => <Person person={row.decidedBy} />, renderCard: (row) => row.decidedBy && <Person person={row.decidedBy} /> },
          { key: "decidedAt", title: words("logins:column.decidedAt"), width: 112, kind: "date", render: (row, now) => (row.decidedAt ? time(row.decidedAt, now, words) : <span className="lb-faint">{EMPTY}</span>) },
        ] as Column<LoginApproval>[])),
  ];
}
const stateTones = { waiting: "amber", approved: "green", refused: "red", expired: "grey" } as const;

/** Attempts to sign in; without `named` they are all one person's. */
export function recordColumns(t: TFunction, named: boolean): Column<LoginRecord>[] {
  const words = wordsOf(t);
  const who: Column<LoginRecord> = {
    key: "employee",
    title: words("logins:column.employee"),
    width: 132,
    kind: "person",
    pin: "left",
    card: "title",
    render: (row) => (
      <Link to={`/settings/org/${row.employee.id}?tab=records`} className="lb-ellipsis">
        <Person person={row.employee} />
      </Link>
    ),
  };
  return [
    ...(named ? [who] : []),
    { key: "at", title: words("logins:column.at"), width: 112, kind: "date", card: named ? "amount" : "title", render: (row, now) => time(row.at, now, words) },
    { key: "outcome", title: words("logins:column.outcome"), width: 84, card: "mark", render: (row) => <Tone tone={row.outcome === "ok" ? "green" : "red"}>{words(row.outcome === "ok" ? "logins:outcome.ok" : "logins:outcome.refused")}</Tone> },
    { key: "message", title: words("logins:column.message"), width: 208, card: "next", render: (row) => (row.outcome === "ok" ? <span className="lb-faint">{EMPTY}</span> : <span className="lb-ellipsis" title={row.message}>{row.message}</span>), renderCard: (row) => row.outcome !== "ok" && row.message },
    { key: "client", title: words("logins:column.client"), width: 104, card: "meta", render: (row) => words(`logins:client.${row.client}`) },
    { key: "deviceState", title: words("logins:column.deviceState"), width: 92, card: "meta", render: (row) => words(`logins:device.${row.deviceState}`) },
    ...(whence(words) as Column<LoginRecord>[]),
    signals(words) as Column<LoginRecord>,
  ];
}
