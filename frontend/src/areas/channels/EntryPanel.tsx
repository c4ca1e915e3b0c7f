import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { InboxEntry } from "@/api/types";
import { ActionButton, findAction } from "@/ui/ActionButton";
import { Facts } from "@/ui/Facts";
import { useKeys } from "@/ui/keys";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { WhyTree } from "@/ui/WhyTree";
import { useEntry, useSettled } from "./useChannels";

/** One delivery: what came (masked), what was made of it, and for a dead letter the values to correct before it is replayed. */
export function EntryPanel({ entryId }: { entryId: string }) {
  const entry = useEntry(entryId);
  if (!entry.data) return <StateView state={entry.error ? "error" : "loading"} error={entry.error} onRetry={() => void entry.refetch()} />;
  return <Known key={entry.data.version} entry={entry.data} />;
}

function Known({ entry }: { entry: InboxEntry }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  return (
    <div className="lb-stack">
      <Facts
        facts={[
          { key: "state", label: t("inbox.stateTitle"), value: t(`inbox.state.${entry.state}`) },
          { key: "reason", label: t("inbox.reason"), value: entry.reason ? <span className={entry.state === "dead" ? "lb-danger" : undefined}>{entry.reason.message}</span> : null },
          { key: "channel", label: t("inbox.channel"), value: entry.channel.name },
          { key: "received", label: t("inbox.received"), value: format.exact(entry.receivedAt) },
          { key: "deliveries", label: t("inbox.deliveries"), value: t("inbox.deliveriesValue", { deliveries: entry.deliveries, attempts: entry.attempts }) },
          ...(entry.customerId ? [{ key: "customer", label: t("inbox.customer"), value: <Link to={`/customers/${entry.customerId}`}>{t("inbox.openCustomer")}</Link> }] : []),
        ]}
      />
      <Correction entry={entry} />
      {entry.explanation && (
        <>
          <h3>{t("inbox.steps")}</h3>
          <WhyTree node={entry.explanation} />
        </>
      )}
    </div>
  );
}

function Correction({ entry }: { entry: InboxEntry }) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const settled = useSettled();
  const [values, setValues] = useState<Record<string, string>>({});
  const [ignoring, setIgnoring] = useState(false);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const mayReplay = findAction(entry.allowedActions, "replay")?.allowed === true;
  const firstWrong = entry.fields.findIndex((field) => field.error);
  const path = { entry_id: entry.id };
  const act = async (call: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setRefusal(null);
    try {
      await call();
      void message.success(done);
      await settled();
    } catch (error) {
      setRefusal(isProblem(error) && error.message ? error.message : t("inbox.failed"));
    }
    setBusy(false);
  };
  const corrections = Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : [])));
  const replay = () => act(() => data(client.POST("/api/v1/inbox-entries/{entry_id}/replay", { params: { path }, body: Object.keys(corrections).length > 0 ? { corrections } : {} })), t("inbox.replayed"));
  const ignore = () => act(() => data(client.POST("/api/v1/inbox-entries/{entry_id}/ignore", { params: { path }, body: { reason: reason.trim() } })), t("inbox.ignored"));
  useKeys(t("inbox.entry"), mayReplay ? { "ctrl+Enter": { run: () => void replay(), label: t("inbox.replay") } } : {});
  return (
    <>
      <h3>{t("inbox.fields")}</h3>
      <ul className="lb-stack">
        {entry.fields.map((field, index) => (
          <li key={field.name} className="lb-entry-field">
            <label htmlFor={`field-${field.name}`} className="lb-muted">
              {t(`field.${field.name}`, field.name)}
            </label>
            <div className="lb-stack lb-stack-tight">
              <span className="lb-masked">{field.value ?? t("common:unknown")}</span>
              {field.error && (
                <span id={`error-${field.name}`} className="lb-danger">
                  {field.error.message}
                </span>
              )}
              {field.error && mayReplay && (
                <Input
                  id={`field-${field.name}`}
                  autoFocus={index === firstWrong}
                  autoComplete="off"
                  aria-describedby={`error-${field.name}`}
                  placeholder={t("inbox.newValue")}
                  value={values[field.name] ?? ""}
                  onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
      {refusal && (
        <p className="lb-danger" role="alert">
          {refusal}
        </p>
      )}
      {ignoring && <Input autoFocus maxLength={200} value={reason} aria-label={t("inbox.ignoreReason")} placeholder={t("inbox.ignoreReason")} onChange={(event) => setReason(event.target.value)} />}
      <div className="lb-row">
        {!ignoring && (
          <ActionButton actions={entry.allowedActions} action="replay" type="primary" loading={busy} onClick={() => void replay()}>
            {t(Object.keys(corrections).length > 0 ? "inbox.correct" : "inbox.replay")}
          </ActionButton>
        )}
        {ignoring ? (
          <>
            <Button type="primary" disabled={!reason.trim()} loading={busy} onClick={() => void ignore()}>
              {t("inbox.ignoreSubmit")}
            </Button>
            <Button onClick={() => setIgnoring(false)}>{t("inbox.cancel")}</Button>
          </>
        ) : (
          <ActionButton actions={entry.allowedActions} action="ignore" onClick={() => setIgnoring(true)}>
            {t("inbox.ignore")}
          </ActionButton>
        )}
      </div>
    </>
  );
}
