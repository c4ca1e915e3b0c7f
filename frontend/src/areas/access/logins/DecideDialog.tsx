import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { LoginApproval } from "@/api/types";
import { DueClock } from "@/ui/DueClock";
import { Facts } from "@/ui/Facts";
import { useFormat, useNow } from "@/ui/useFormat";
import { Signals } from "./columns";
import { APPROVALS, useLoginRecords } from "./useLogins";
import "./logins.css";

/** One request with all that is known of it and the person's last logins beside it, so that nobody decides blindly. */
export function DecideDialog({ approval, onClose }: { approval: LoginApproval | null; onClose: () => void }) {
  const { t } = useTranslation("logins");
  return (
    <Modal open={approval !== null} title={approval ? t("dialog.title", { name: approval.employee.displayName }) : ""} onCancel={onClose} footer={null} width={560} destroyOnHidden>
      {approval && <Decide key={approval.id} approval={approval} onClose={onClose} />}
    </Modal>
  );
}

function Decide({ approval, onClose }: { approval: LoginApproval; onClose: () => void }) {
  const { t } = useTranslation("logins");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [busy, setBusy] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [key] = useState(newIdempotencyKey);
  const name = approval.employee.displayName;
  const decide = async (approve: boolean) => {
    setBusy(approve);
    setProblem(null);
    try {
      await data(client.POST("/api/v1/login-approvals/{approval_id}/decide", { params: { path: { approval_id: approval.id }, header: { ...ifMatch(approval.version), "Idempotency-Key": `${key}-${approve ? 1 : 0}` } }, body: { approve } }));
      void message.success(t(approve ? "dialog.approved" : "dialog.refused", { name }));
      onClose();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(null);
      void cache.invalidateQueries({ queryKey: APPROVALS });
    }
  };
  return (
    <div className="lb-stack">
      <p>{t(`why.${approval.kind}`, { name })}</p>
      <Facts
        facts={[
          { key: "device", label: t("column.device"), value: t("page.deviceOf", { client: t(`client.${approval.client}`), name: approval.deviceName || t("page.noDevice") }) },
          { key: "place", label: t("column.place"), value: approval.place },
          { key: "ip", label: t("column.ip"), value: <span className="lb-mono">{approval.ip}</span> },
          { key: "signals", label: t("column.signals"), value: approval.signals.length > 0 ? <Signals signals={approval.signals} /> : t("page.nothingUnusual") },
          { key: "until", label: t("column.expiresAt"), value: <DueClock at={approval.expiresAt} /> },
        ]}
      />
      <LastLogins employeeId={approval.employee.id} />
      {problem && <Alert type="error" showIcon title={problem.message || t("dialog.failed")} description={problem.requestId ? t("common:requestId", { id: problem.requestId }) : undefined} />}
      <div className="lb-row">
        <Button type="primary" loading={busy === true} disabled={busy === false} onClick={() => void decide(true)}>
          {t("dialog.approve", { name })}
        </Button>
        <Button danger loading={busy === false} disabled={busy === true} onClick={() => void decide(false)}>
          {t("dialog.refuse")}
        </Button>
      </div>
      <p className="lb-meta lb-muted">{t("dialog.hint")}</p>
    </div>
  );
}

const SHOWN = 5;

function LastLogins({ employeeId }: { employeeId: string }) {
  const { t } = useTranslation("logins");
  const format = useFormat();
  const now = useNow(30_000);
  const records = useLoginRecords({ employeeId }, SHOWN);
  const rows = records.data?.pages[0]?.items;
  if (!rows) return null;
  return (
    <section className="lb-stack lb-stack-tight" aria-labelledby="last-logins">
      <h3 id="last-logins">{t("dialog.last")}</h3>
      {rows.length === 0 ? (
        <p className="lb-muted">{t("dialog.noLast")}</p>
      ) : (
        <ul className="lb-lastlogins lb-meta">
          {rows.map((row) => (
            <li key={row.id}>
              <time dateTime={row.at} title={format.exact(row.at)} className="lb-muted">
                {format.relative(row.at, now)}
              </time>
              <span>{t(`client.${row.client}`)}</span>
              <span>{row.place}</span>
              <span className={row.outcome === "ok" ? "lb-success" : "lb-danger"}>{t(row.outcome === "ok" ? "outcome.ok" : "outcome.refused")}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
