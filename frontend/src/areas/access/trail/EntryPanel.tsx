import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AuditDetail } from "@/api/types";
import { CopyField } from "@/ui/CopyField";
import { Facts } from "@/ui/Facts";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat } from "@/ui/useFormat";
import { Changes } from "./Changes";
import { useEntry, useNames } from "./useAudit";
import { actorText, clientText, factsOf, factText, factTitle, subjectText } from "./words";

/** One entry whole: who, what, which record, from where, before and after, and the seal that holds it. */
export function EntryPanel({ entryId }: { entryId: string }) {
  const entry = useEntry(entryId);
  if (!entry.data) return <StateView state={entry.error ? "error" : "loading"} error={entry.error} onRetry={() => void entry.refetch()} />;
  return <Known entry={entry.data} />;
}

function Known({ entry }: { entry: AuditDetail }) {
  const { t } = useTranslation("audit");
  const format = useFormat();
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const names = useNames();
  const facts = factsOf(entry);
  return (
    <div className="lb-stack">
      <Facts
        facts={[
          { key: "at", label: t("column.at"), value: format.exact(entry.at) },
          { key: "actor", label: t("column.actor"), value: actorText(entry, words) },
          {
            key: "subject",
            label: t("column.subject"),
            value: entry.subject && (
              <span className="lb-row lb-row-wrap">
                <span>{subjectText(entry, words)}</span>
                <Link to={`/audit/records/${entry.subject.id}`}>{t("record.history")}</Link>
                {entry.subject.kind === "customer" && <Link to={`/customers/${entry.subject.id}`}>{t("record.open")}</Link>}
                {entry.subject.kind === "case" && <Link to={`/cases/${entry.subject.id}`}>{t("record.open")}</Link>}
              </span>
            ),
          },
          { key: "client", label: t("column.client"), value: clientText(entry.client, words) },
          { key: "ip", label: t("column.ip"), value: entry.ip ? <span className="lb-mono">{entry.place ? t("entry.ipPlace", { ip: entry.ip, place: entry.place }) : entry.ip}</span> : null },
          { key: "device", label: t("column.device"), value: entry.deviceName || null },
          {
            key: "session",
            label: t("column.session"),
            value: entry.sessionId && (
              <span className="lb-row lb-row-wrap">
                <span className="lb-mono">{entry.sessionId}</span>
                <Link to={`/audit?sessionId=${entry.sessionId}`}>{t("entry.sameSession")}</Link>
              </span>
            ),
          },
          { key: "request", label: t("column.request"), value: entry.requestId ? <CopyField quiet value={entry.requestId} /> : null },
        ]}
      />
      {entry.changes.length > 0 && (
        <>
          <h3>{t("entry.changes")}</h3>
          <Changes changes={entry.changes} />
        </>
      )}
      {facts.length > 0 && (
        <>
          <h3>{t("entry.facts")}</h3>
          <Facts facts={facts.map(([name, value]) => ({ key: name, label: factTitle(name, words), value: factText(value, words, names) }))} />
        </>
      )}
      <h3>{t("entry.seal")}</h3>
      {entry.seal ? (
        <Facts
          facts={[
            { key: "n", label: t("seal.n"), value: <Tone tone="green">{t("seal.number", { n: format.count(entry.seal.n) })}</Tone> },
            { key: "at", label: t("seal.at"), value: format.exact(entry.seal.sealedAt) },
            { key: "digest", label: t("seal.digest"), value: <span className="lb-mono">{entry.seal.digest}</span> },
            { key: "hash", label: t("seal.hash"), value: <span className="lb-mono">{entry.hash}</span> },
          ]}
        />
      ) : (
        <p className="lb-muted">{t("seal.waiting")}</p>
      )}
    </div>
  );
}
