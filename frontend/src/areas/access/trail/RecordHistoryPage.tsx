import { Button } from "antd";
import { LeftOutlined } from "@/ui/icons";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import type { AuditEntry } from "@/api/types";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { Timeline } from "@/ui/Timeline";
import { Changes } from "./Changes";
import { useNames, useRecord } from "./useAudit";
import { actorText, clientText, factsOf, factText, factTitle, kindOf } from "./words";

/** Everything that was done to one record, newest first. */
export function RecordHistoryPage() {
  const { t } = useTranslation("audit");
  const navigate = useNavigate();
  const { subjectId = "" } = useParams();
  const record = useRecord(subjectId);
  const entries = record.data?.pages.flatMap((page) => page.items) ?? [];
  const subject = entries.find((entry) => entry.subject?.label)?.subject ?? entries[0]?.subject ?? null;
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const heading = subject ? t("record.heading", { kind: kindOf(subject, words), label: subject.label ?? t("record.short", { id: subjectId.slice(-6) }) }) : t("record.title");
  const path = subject?.kind === "customer" ? `/customers/${subjectId}` : subject?.kind === "case" ? `/cases/${subjectId}` : null;
  return (
    <Page
      title={t("record.title")}
      heading={
        <span className="lb-row">
          <Button type="text" icon={<LeftOutlined />} aria-label={t("record.back")} onClick={() => void navigate(-1)} />
          {heading}
        </span>
      }
      actions={
        <>
          {path && (
            <Button onClick={() => void navigate(path)}>
              {t("record.open")}
            </Button>
          )}
          <Button onClick={() => void navigate(`/audit?subjectId=${subjectId}`)}>{t("record.search")}</Button>
        </>
      }
    >
      <Section>
        {record.isPending || (record.error && entries.length === 0) ? (
          <StateView state={record.error ? "error" : "loading"} error={record.error} onRetry={() => void record.refetch()} />
        ) : entries.length === 0 ? (
          <StateView title={t("record.empty")} detail={t("record.emptyDetail")} />
        ) : (
          <Timeline
            moments={entries.map((entry) => ({ id: entry.id, at: entry.at, actor: actorText(entry, words), text: <Link to={`/audit?entry=${entry.id}&subjectId=${subjectId}`}>{entry.title}</Link>, detail: <Detail entry={entry} /> }))}
            more={
              record.hasNextPage && (
                <Button loading={record.isFetchingNextPage} onClick={() => void record.fetchNextPage()}>
                  {t("record.more")}
                </Button>
              )
            }
          />
        )}
      </Section>
    </Page>
  );
}

function Detail({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation("audit");
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const names = useNames();
  const facts = factsOf(entry).map(([name, value]) => t("fact.pair", { name: factTitle(name, words), value: factText(value, words, names) }));
  const from = [entry.ip || entry.client ? clientText(entry.client, words) : "", entry.ip, entry.place, entry.deviceName].filter(Boolean);
  return (
    <>
      {entry.changes.length > 0 && <Changes changes={entry.changes} />}
      {facts.length > 0 && <span className="lb-meta lb-muted">{facts.join(t("change.comma"))}</span>}
      {from.length > 0 && <span className="lb-meta lb-faint">{from.join(" · ")}</span>}
    </>
  );
}
