import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { App, Modal, Radio } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, problemCode } from "@/api/problem";
import type { Case, CaseRow, LostCode, StageRef } from "@/api/types";
import type { KanbanOutcome } from "@/ui/kanban/types";
import { SchemaForm } from "@/ui/SchemaForm";
import { Loading, StateView } from "@/ui/StateView";
import { caseChanged } from "./live";
import { MissingList } from "./Missing";
import { useCase } from "./useCases";
import { useFirstField } from "@/ui/useDialog";

export const lostReasons = ["no_qualification", "rate_too_high", "chose_another", "unreachable", "withdrew", "declined", "duplicate", "other"] as const satisfies readonly NonNullable<LostCode>[];

interface Why {
  lostReason?: LostCode;
  comment?: string;
}
async function send(cache: QueryClient, row: Pick<CaseRow, "id" | "version" | "customer">, stage: StageRef, why: Why = {}, idempotencyKey = newIdempotencyKey()): Promise<CaseRow> {
  const moved = await data(
    client.POST("/api/v1/cases/{case_id}/move", { params: { path: { case_id: row.id }, header: { ...ifMatch(row.version), "Idempotency-Key": idempotencyKey } }, body: { stageCode: stage.code, ...why } }),
  );
  await caseChanged(cache, row.id, row.customer.id);
  return moved;
}

interface Ask {
  kind: "lost" | "missing";
  row: CaseRow;
  stage: StageRef;
  settle: (outcome: KanbanOutcome) => void;
}

/** Moves a case as far as the server lets it: asks for the lost reason or the missing conditions where it demands them, then tries again. */
export function useMoveCase() {
  const { t } = useTranslation("pipeline");
  const cache = useQueryClient();
  const [ask, setAsk] = useState<Ask | null>(null);
  const move = useCallback(
    async (row: CaseRow, stage: StageRef): Promise<KanbanOutcome> => {
      try {
        await send(cache, row, stage);
        return { moved: true };
      } catch (error) {
        const code = problemCode(error);
        if (code === "pipeline.lost-reason-needed" || code === "pipeline.conditions-missing") {
          return new Promise((settle) => setAsk({ kind: code === "pipeline.conditions-missing" ? "missing" : "lost", row, stage, settle }));
        }
        if (!isProblem(error)) throw error;
        const now = code === "core.stale" ? (error.current as Partial<CaseRow> | null) : null;
        if (code === "core.stale") await caseChanged(cache, row.id);
        return { moved: false, reason: now?.stage ? t("move.stale", { stage: now.stage.name }) : error.message };
      }
    },
    [cache, t],
  );
  const settle = (outcome: KanbanOutcome) => {
    ask?.settle(outcome);
    setAsk(null);
  };
  const { body, onOpen } = useFirstField();
  const title = ask && t(ask.kind === "lost" ? "move.lostTitle" : "move.missingTitle", { stage: ask.stage.name });
  const dialog = (
    <Modal open={ask !== null} title={title} footer={null} width={520} destroyOnHidden afterOpenChange={onOpen} onCancel={() => settle({ moved: false, reason: null })}>
      <div ref={body}>
        {ask?.kind === "lost" && <LostForm ask={ask} onDone={settle} />}
        {ask?.kind === "missing" && <MissingForm ask={ask} onDone={settle} />}
      </div>
    </Modal>
  );
  return { move, dialog };
}

function LostForm({ ask, onDone }: { ask: Ask; onDone: (outcome: KanbanOutcome) => void }) {
  const { t } = useTranslation("pipeline");
  const cache = useQueryClient();
  return (
    <SchemaForm
      fields={[
        { name: "lostReason", label: t("move.lostReason"), required: true, control: <ReasonPick label={t("move.lostReason")} /> },
        { name: "comment", label: t("move.comment"), kind: "textarea", maxLength: 200 },
      ]}
      submitLabel={t("move.lost")}
      submit={(values, idempotencyKey) => send(cache, ask.row, ask.stage, { lostReason: values.lostReason as LostCode, ...(values.comment?.trim() ? { comment: values.comment.trim() } : {}) }, idempotencyKey)}
      onDone={() => onDone({ moved: true })}
      onCancel={() => onDone({ moved: false, reason: null })}
    />
  );
}

function ReasonPick({ label, value, onChange }: { label: string; value?: string | null; onChange?: (value: string) => void }) {
  const { t } = useTranslation("pipeline");
  return <Radio.Group vertical aria-label={label} value={value ?? null} onChange={(event) => onChange?.(String(event.target.value))} options={lostReasons.map((reason) => ({ value: reason, label: t(`lostReason.${reason}`) }))} />;
}

/** What the stage still asks for; when nothing is left the move is tried again by itself. */
function MissingForm({ ask, onDone }: { ask: Ask; onDone: (outcome: KanbanOutcome) => void }) {
  const found = useCase(ask.row.id);
  const { refetch } = found;
  const [fresh, setFresh] = useState(false);
  useEffect(() => {
    void refetch().then(() => setFresh(true));
  }, [refetch]);
  if (found.error && !found.data) return <StateView state="error" error={found.error} onRetry={() => void refetch()} />;
  if (!found.data || !fresh) return <Loading rows={3} />;
  return <Supplying found={found.data} ask={ask} onDone={onDone} />;
}

function Supplying({ found, ask, onDone }: { found: Case; ask: Ask; onDone: (outcome: KanbanOutcome) => void }) {
  const { t } = useTranslation("pipeline");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const target = found.next.find(({ stage }) => stage.id === ask.stage.id);
  const tried = useRef(false);
  const ready = target?.allowed === true;
  useEffect(() => {
    if (!ready || tried.current) return;
    tried.current = true;
    send(cache, found, ask.stage).then(
      () => {
        void message.success(t("move.moved", { stage: ask.stage.name }));
        onDone({ moved: true });
      },
      (error: unknown) => onDone({ moved: false, reason: isProblem(error) ? error.message : String(error) }),
    );
  }, [ready, found, ask, cache, message, onDone, t]);
  if (ready) return <Loading rows={2} />;
  return (
    <div className="lb-stack">
      <p className="lb-muted">{t("move.missingDetail")}</p>
      <MissingList found={found} missing={target?.missing ?? []} openFirst />
    </div>
  );
}
