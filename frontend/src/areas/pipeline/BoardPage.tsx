import { ClockCircleOutlined, PlusOutlined } from "@/ui/icons";
import { Button, Drawer, Segmented } from "antd";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Board, CaseRow } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { FilterBar } from "@/ui/FilterBar";
import { count, wan, yuan } from "@/ui/format";
import { Kanban } from "@/ui/kanban/Kanban";
import type { KanbanCardView, KanbanColumn } from "@/ui/kanban/types";
import { useKeys } from "@/ui/keys";
import { useQueryState } from "@/ui/listState";
import { Page } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { amountOf } from "./amounts";
import { BoardSkeleton } from "./BoardSkeleton";
import { caseName } from "./caseName";
import { NewCase } from "./NewCase";
import { judged } from "./targets";
import { useCaseFields } from "./useCaseFields";
import { boardFilterKeys, readTargets, useBoard } from "./useCases";
import { useMoveCase } from "./useMoveCase";
import "./pipeline.css";

const CLOSED = ["settled", "lost"];

export function BoardPage() {
  const { t } = useTranslation(["pipeline", "products", "ui"]);
  const format = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const list = useQueryState("", boardFilterKeys);
  const { board, more } = useBoard(list.filters);
  const fields = useCaseFields(boardFilterKeys);
  const { move, dialog } = useMoveCase();
  const creating = list.query.get("new") === "1";
  const setCreating = (on: boolean) => list.change({ new: on ? "1" : undefined });
  useKeys(t("board.title"), { n: { run: () => setCreating(true), label: t("action.new") } });
  const columns = useMemo(() => toColumns(board.data, format.money), [board.data, format.money]);
  const view = (row: CaseRow): KanbanCardView => ({
    name: caseName(row),
    path: `/cases/${row.id}`,
    amount: format.money(amountOf(row)),
    amountTitle: yuan(amountOf(row)),
    product: row.product?.name ?? t(`products:kind.${row.productKind}`),
    owner: row.owner,
    since: row.stageSince,
    dueAt: row.closedAt ? null : row.stageDueAt,
    next: nextOf(row, t, format.money),
  });
  const stageOf = (columnId: string) => board.data?.columns.find(({ stage }) => stage.id === columnId)?.stage;
  const onMove = async (row: CaseRow, columnId: string) => {
    const stage = stageOf(columnId);
    return stage ? move(row, stage) : { moved: false as const, reason: null };
  };
  const targets = async (row: CaseRow) => (await readTargets(row.id)).map((target) => judged(target, t));
  const totals = totalsOf(board.data);
  return (
    <Page
      fill
      title={t("board.title")}
      tabs={
        <span className="lb-row lb-row-wrap">
          <Segmented value="board" onChange={(to) => to === "list" && void navigate("/cases")} options={["board", "list"].map((value) => ({ value, label: t(`board.as.${value}`) }))} />
          {board.data && <span className="lb-muted">{t(format.english ? "board.totalYuan" : "board.total", { count: totals.count, shown: count(totals.count), amount: format.english ? format.money(totals.fen) : wan(totals.fen) })}</span>}
        </span>
      }
      actions={
        <Can permission="pipeline.create">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
            {t("action.new")}
          </Button>
        </Can>
      }
    >
      <div className="lb-row lb-row-wrap">
        <FilterBar fields={fields} values={list.filters} onChange={list.setFilter} onReset={list.reset} />
        <button type="button" className="lb-chip" aria-pressed={list.filters.late === "true"} data-active={list.filters.late === "true"} onClick={() => list.setFilter("late", list.filters.late ? undefined : "true")}>
          <ClockCircleOutlined />
          {totals.late > 0 ? t("board.lateCount", { count: totals.late }) : t("board.late")}
        </button>
      </div>
      {board.data ? (
        <>
          {board.error && (
            <div className="lb-datatable-stale" role="alert">
              {t("board.stale")}
              <Button size="small" onClick={() => void board.refetch()}>
                {t("ui:state.retry")}
              </Button>
            </div>
          )}
          <Kanban<CaseRow> label={t("board.title")} columns={columns} view={view} targets={targets} onMove={onMove} onMore={more} />
        </>
      ) : board.error ? (
        <StateView state="error" error={board.error} onRetry={() => void board.refetch()} />
      ) : (
        <BoardSkeleton />
      )}
      {dialog}
      <Drawer open={creating} onClose={() => setCreating(false)} title={t("action.new")} size={phone ? "100%" : 480} destroyOnHidden>
        <NewCase onDone={(made) => void navigate(`/cases/${made.id}`)} onCancel={() => setCreating(false)} />
      </Drawer>
    </Page>
  );
}

/** What the row itself says is to come; conditions of a stage are told when a card is lifted. */
function nextOf(row: CaseRow, t: TFunction, money: (fen: number) => string): string | null {
  if (row.closedAt) return row.lostReason ? t(`lostReason.${row.lostReason}`) : null;
  if (row.outstandingFen > 0) return t("next.receive", { amount: money(row.outstandingFen) });
  if (row.approvedFen && row.disbursedFen < row.approvedFen) return t("next.disburse", { amount: money(row.approvedFen - row.disbursedFen) });
  if (!row.productVersionId) return t("next.product");
  return row.feeAgreedAt ? null : t("next.fee");
}

function toColumns(board: Board | undefined, money: (fen: number) => string): KanbanColumn<CaseRow>[] {
  return (board?.columns ?? []).map(({ stage, count: all, amountFen, late, cards, nextCursor }) => ({ id: stage.id, name: stage.name, tone: stage.tone, count: all, amount: money(amountFen), late, cards, more: nextCursor !== null }));
}

/** Of what is open; settled and lost cases stand on the board, but are not counted as work. */
function totalsOf(board: Board | undefined) {
  const open = (board?.columns ?? []).filter(({ stage }) => !CLOSED.includes(stage.kind));
  const sum = (part: (column: Board["columns"][number]) => number) => open.reduce((all, column) => all + part(column), 0);
  return { count: sum((column) => column.count), fen: sum((column) => column.amountFen), late: sum((column) => column.late) };
}
