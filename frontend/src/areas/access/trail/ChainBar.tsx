import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import { saveFile } from "@/ui/download";
import { Can } from "@/ui/ActionButton";
import { CheckOutlined, ExclamationCircleOutlined } from "@/ui/icons";
import { isRunning, TASKS } from "@/ui/shell/tasks";
import { useFormat, useNow } from "@/ui/useFormat";
import { CHAIN, ENTRIES, useChain, useTask } from "./useAudit";
import "./trail.css";

/** How far the chain is known to be whole, and by when; verified again on demand; its head handed out, signed. */
export function ChainBar({ onOpen }: { onOpen: (entryId: string) => void }) {
  const { t } = useTranslation("audit");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const format = useFormat();
  const now = useNow(30_000);
  const chain = useChain();
  const [taskId, setTaskId] = useState<string | null>(null);
  const [busy, setBusy] = useState<"verify" | "head" | null>(null);
  const task = useTask(taskId).data;
  const over = task && !isRunning(task);
  useEffect(() => {
    if (!over) return;
    void cache.invalidateQueries({ queryKey: CHAIN });
    void cache.invalidateQueries({ queryKey: ENTRIES });
    void cache.invalidateQueries({ queryKey: TASKS });
  }, [over, cache]);
  const act = async (name: "verify" | "head", call: () => Promise<void>) => {
    setBusy(name);
    try {
      await call();
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("chain.failed"));
    }
    setBusy(null);
  };
  const verify = () =>
    act("verify", async () => {
      const started = await data(client.POST("/api/v1/audit/verifications", { params: { header: { "Idempotency-Key": newIdempotencyKey() } } }));
      setTaskId(started.id);
      void cache.invalidateQueries({ queryKey: TASKS });
    });
  const takeHead = () =>
    act("head", async () => {
      const head = await data(client.POST("/api/v1/audit/heads", { params: { header: { "Idempotency-Key": newIdempotencyKey() } } }));
      saveFile(`audit-head-${head.tenant}-${head.n}.json`, new Blob([JSON.stringify(head, null, 2)], { type: "application/json" }));
      void message.success(t("chain.headSaved", { n: format.count(head.n) }));
    });
  if (!chain.data) {
    return (
      <div className="lb-card lb-chain" data-state="none">
        <span className="lb-muted">{chain.error ? (isProblem(chain.error) && chain.error.message) || t("chain.failed") : t("common:loading")}</span>
        {chain.error && <Button onClick={() => void chain.refetch()}>{t("chain.retry")}</Button>}
      </div>
    );
  }
  const { verified, seals, waiting } = chain.data;
  const broken = verified?.broken ?? null;
  const running = task && isRunning(task);
  return (
    <section className="lb-card lb-chain" data-state={broken ? "broken" : verified ? "whole" : "none"} aria-label={t("chain.label")}>
      <span className="lb-row lb-row-wrap lb-grow" role="status">
        {broken ? (
          <strong className="lb-row lb-danger">
            <ExclamationCircleOutlined />
            {broken.message}
          </strong>
        ) : verified ? (
          <strong className="lb-row lb-success">
            <CheckOutlined />
            {t("chain.verified", { n: format.count(verified.toSeal), time: format.relative(verified.at, Math.max(now, Date.parse(verified.at))) })}
          </strong>
        ) : (
          <strong>{t("chain.never")}</strong>
        )}
        {broken?.entryId && (
          <button type="button" className="lb-plain lb-link" onClick={() => onOpen(broken.entryId ?? "")}>
            {t("chain.openBroken")}
          </button>
        )}
        <span className="lb-meta lb-muted">{t(waiting > 0 ? "chain.sealsWaiting" : "chain.seals", { seals: format.count(seals), waiting: format.count(waiting) })}</span>
        {running && <span className="lb-meta lb-muted">{t("chain.running", { done: format.count(task.done) })}</span>}
        {task?.state === "failed" && <span className="lb-meta lb-danger">{task.error?.message ?? t("chain.failed")}</span>}
      </span>
      <span className="lb-row">
        <Button loading={busy === "verify" || running === true} onClick={() => void verify()}>
          {t("chain.verify")}
        </Button>
        <Can permission="access.audit.export">
          <Button loading={busy === "head"} onClick={() => void takeHead()}>
            {t("chain.head")}
          </Button>
        </Can>
      </span>
    </section>
  );
}
