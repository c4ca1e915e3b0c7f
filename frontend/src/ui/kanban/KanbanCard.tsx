import { ClockCircleOutlined, LoadingOutlined, SwapOutlined } from "@/ui/icons";
import { useDraggable } from "@dnd-kit/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { span } from "../format";
import { Person } from "../Person";
import { MoveMenu, type MoveStage } from "./MoveMenu";
import type { KanbanCardView, KanbanTarget } from "./types";

const HOUR = 3600_000;
const DAY = 24 * HOUR;

/** How long it has been here against what is allowed: a bar and its words. */
export function StageClock({ since, dueAt, now }: { since: string; dueAt: string | null; now: number }) {
  const { t } = useTranslation("ui");
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const passed = Math.max(0, now - Date.parse(since));
  if (!dueAt) return <span className="lb-meta lb-muted">{t("kanban.clock.since", { span: span(passed, words) })}</span>;
  const allowed = Math.max(1, Date.parse(dueAt) - Date.parse(since));
  const left = allowed - passed;
  const [unit, length] = allowed >= 2 * DAY ? ["days", DAY] as const : ["hours", HOUR] as const;
  const late = left < 0;
  const text = late ? t("common:time.late", { span: span(-left, words) }) : t(`kanban.clock.${unit}`, { passed: Math.floor(passed / length), allowed: Math.round(allowed / length) });
  const state = late ? "late" : left < allowed / 5 ? "soon" : "calm";
  return (
    <span className="lb-row lb-clock" data-state={state}>
      <span className="lb-clock-bar" aria-hidden>
        <span style={{ width: `${Math.min(100, (passed / allowed) * 100)}%` }} />
      </span>
      <span className="lb-meta lb-clock-text">
        {late && <ClockCircleOutlined />}
        {text}
      </span>
    </span>
  );
}

interface CardProps<C> {
  card: C;
  view: KanbanCardView;
  columnId: string;
  now: number;
  focusable: boolean;
  lifted: boolean;
  /** It is on its way; the server has not agreed yet. */
  pending: boolean;
  refusal: string | null;
  draggable: boolean;
  stages: readonly MoveStage[];
  targets: (card: C) => Promise<readonly KanbanTarget[]>;
  onMove: (card: C, columnId: string) => void;
  onKeyDown: (event: React.KeyboardEvent, card: C, columnId: string) => void;
  onFocus: (id: string) => void;
}

/** The board may stand at the column that refused: back to the card that says why. */
const bringIntoView = (element: HTMLElement | null) => element?.scrollIntoView?.({ block: "nearest", inline: "center" });

function CardIn<C extends { id: string }>({ card, view, columnId, now, focusable, lifted, pending, refusal, draggable, stages, targets, onMove, onKeyDown, onFocus }: CardProps<C>) {
  const { t } = useTranslation("ui");
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: card.id, data: { columnId }, disabled: !draggable || pending });
  return (
    <li>
      <article
        ref={setNodeRef}
        {...(listeners as React.HTMLAttributes<HTMLElement> | undefined)}
        className="lb-kanban-card"
        data-card={card.id}
        data-lifted={lifted || isDragging}
        data-pending={pending}
        tabIndex={focusable ? 0 : -1}
        aria-label={t("kanban.card", { name: view.name, amount: view.amount })}
        aria-busy={pending}
        onFocus={() => onFocus(card.id)}
        onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event, card, columnId)}
      >
        <CardBody
          view={view}
          now={now}
          action={
            pending ? (
              <span className="lb-row lb-meta lb-muted">
                <LoadingOutlined spin />
                {t("kanban.moving")}
              </span>
            ) : (
              <MoveMenu label={t("kanban.moveCard", { name: view.name })} stages={stages} current={columnId} targets={() => targets(card)} onMove={(to) => onMove(card, to)} type="text" size="small" icon={<SwapOutlined />} />
            )
          }
        />
        {refusal && (
          <p ref={bringIntoView} className="lb-kanban-refusal lb-meta" role="alert">
            {refusal}
          </p>
        )}
      </article>
    </li>
  );
}
export const KanbanCard = memo(CardIn) as typeof CardIn;

/** The face of a card; also what follows the pointer. */
export function CardBody({ view, now, action }: { view: KanbanCardView; now: number; action?: React.ReactNode }) {
  const { t } = useTranslation("ui");
  return (
    <>
      <span className="lb-row lb-between">
        <Link to={view.path} draggable={false} className="lb-ellipsis lb-kanban-name" tabIndex={-1}>
          {view.name}
        </Link>
        <span className="lb-kanban-amount" title={view.amountTitle}>
          {view.amount}
        </span>
      </span>
      <span className="lb-row lb-between lb-meta lb-muted">
        <span className="lb-ellipsis">{view.product ?? t("kanban.noProduct")}</span>
        <Person person={view.owner} />
      </span>
      <StageClock since={view.since} dueAt={view.dueAt} now={now} />
      <span className="lb-row lb-between lb-kanban-foot">
        <span className="lb-meta lb-ellipsis">{view.next && t("kanban.next", { next: view.next })}</span>
        {action}
      </span>
    </>
  );
}
