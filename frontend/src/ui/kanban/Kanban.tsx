import { DndContext, DragOverlay, MouseSensor, TouchSensor, pointerWithin, useSensor, useSensors, type DragOverEvent } from "@dnd-kit/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { usePhone } from "@/theme/mode";
import { count } from "../format";
import { isComposing, useKeys } from "../keys";
import { useNow } from "../useFormat";
import { ViewTabs } from "../ViewTabs";
import { Column } from "./Column";
import { CardBody, KanbanCard } from "./KanbanCard";
import type { KanbanCardView, KanbanColumn, KanbanOutcome, KanbanTarget } from "./types";
import { useMoves } from "./useMoves";
import "./kanban.css";

interface KanbanProps<C extends { id: string }> {
  label: string;
  columns: readonly KanbanColumn<C>[];
  view: (card: C) => KanbanCardView;
  /** Which columns the server lets the card into, with the reason of each refusal. */
  targets: (card: C) => Promise<readonly KanbanTarget[]>;
  /** Resolves when the server has agreed or refused; forms that a move needs are shown meanwhile by the owner of the board. */
  onMove: (card: C, columnId: string) => Promise<KanbanOutcome>;
  onMore: (columnId: string) => Promise<unknown>;
}
const SILENT = { onDragStart: () => undefined, onDragOver: () => undefined, onDragEnd: () => undefined, onDragCancel: () => undefined };
const SWIPE = 64;

/** Cards by stage: by mouse, by keys (arrows, Space, Enter, Esc) or by 移动到…; on phones one stage at a time. */
export function Kanban<C extends { id: string }>({ label, columns, view, targets, onMove, onMore }: KanbanProps<C>) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const navigate = useNavigate();
  const now = useNow(30_000);
  const root = useRef<HTMLDivElement>(null);
  const moves = useMoves<C>({ columns, nameOf: (card) => view(card).name, targets, onMove });
  const { lift, shown, pending, refused } = moves;
  const [focused, setFocused] = useState<string | null>(null);
  const [loading, setLoading] = useState<ReadonlySet<string>>(new Set());
  const [stage, setStage] = useState<string | null>(null);
  const follow = useRef<string | null>(null);
  const stages = useMemo(() => columns.map(({ id, name, tone }) => ({ id, name, tone })), [columns]);
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }), useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 8 } }));

  const ids = shown.map((column) => column.cards.map(({ id }) => id));
  const everywhere = new Set(ids.flat());
  const entry = focused && everywhere.has(focused) ? focused : (ids.flat()[0] ?? null);
  const focus = useCallback((id: string | undefined) => {
    const card = id ? root.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`) : null;
    card?.focus();
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  // A card that changed its column was drawn anew: the focus goes with it.
  useEffect(() => {
    if (!follow.current) return;
    // A form that the move needs has the focus while it is open.
    if (document.activeElement === document.body) focus(follow.current);
    if (!pending.has(follow.current)) follow.current = null;
  });
  // A lifted card that somebody else closed or took away is not in hand any more.
  const gone = lift !== null && !everywhere.has(lift.card.id);
  const { cancel } = moves;
  useEffect(() => {
    if (gone) cancel();
  }, [gone, cancel]);

  const more = async (columnId: string) => {
    setLoading((before) => new Set(before).add(columnId));
    try {
      await onMore(columnId);
    } finally {
      setLoading((before) => new Set([...before].filter((id) => id !== columnId)));
    }
  };
  const step = (id: string, columnId: string, key: string) => {
    const at = shown.findIndex((column) => column.id === columnId);
    const place = ids[at]?.indexOf(id) ?? -1;
    if (key === "ArrowUp" || key === "ArrowDown") return focus(ids[at]?.[place + (key === "ArrowDown" ? 1 : -1)]);
    const by = key === "ArrowRight" ? 1 : -1;
    for (let next = at + by; next >= 0 && next < ids.length; next += by) {
      const cards = ids[next] ?? [];
      if (cards.length > 0) return focus(cards[Math.min(place, cards.length - 1)]);
    }
  };
  const onCardKey = (event: React.KeyboardEvent, card: C, columnId: string) => {
    if (isComposing(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const arrow = key.startsWith("Arrow");
    if (lift?.by === "keys") {
      const at = shown.findIndex((column) => column.id === lift.over);
      const next = shown[at + (key === "ArrowRight" || key === "ArrowDown" ? 1 : -1)];
      if (arrow && next) {
        moves.over(next.id);
        root.current?.querySelector(`[data-column="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else if (key === "Enter" || key === " ") {
        follow.current = card.id;
        moves.drop(lift.over);
      } else if (key === "Escape") moves.cancel();
      else if (!arrow) return;
    } else if (arrow) step(card.id, columnId, key);
    else if (key === " ") {
      if (!pending.has(card.id) && !phone) moves.begin(card, columnId, "keys");
    } else if (key === "Enter") void navigate(view(card).path);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const enter = () => focus(entry ?? undefined);
  useKeys(label, {
    ArrowDown: { run: enter, label: t("kanban.keys.walk") },
    ArrowUp: { run: enter },
    ArrowRight: { run: enter },
    ArrowLeft: { run: enter },
    Space: { run: enter, label: t("kanban.keys.lift") },
    ...(lift ? { Escape: { run: moves.cancel, label: t("kanban.keys.cancel") } } : {}),
  });

  const columnOf = (column: KanbanColumn<C>) => {
    const target = lift === null || lift.from === column.id ? null : (lift.targets?.get(column.id) ?? (lift.targets ? { columnId: column.id, state: "open" as const, reason: null } : ("asking" as const)));
    return (
      <Column key={column.id} column={column} target={target} over={lift?.over === column.id && lift.from !== column.id} loading={loading.has(column.id)} onMore={() => more(column.id)}>
        {column.cards.map((card) => (
          <KanbanCard
            key={card.id}
            card={card}
            view={view(card)}
            columnId={column.id}
            now={now}
            focusable={card.id === entry}
            lifted={lift?.card.id === card.id}
            pending={pending.has(card.id)}
            refusal={refused.get(card.id) ?? null}
            draggable={!phone}
            stages={stages}
            targets={targets}
            onMove={(moved, to) => void moves.move(moved, to)}
            onKeyDown={onCardKey}
            onFocus={setFocused}
          />
        ))}
      </Column>
    );
  };
  const live = (
    <p className="lb-sr" role="status" aria-live="assertive">
      {moves.said}
    </p>
  );
  if (phone) {
    const one = shown.find(({ id }) => id === stage) ?? shown.find(({ cards }) => cards.length > 0) ?? shown[0];
    if (!one) return null;
    return (
      <div ref={root} className="lb-kanban-one" role="region" aria-label={label}>
        {live}
        <ViewTabs views={shown.map((column) => ({ key: column.id, label: column.name, total: { total: column.count, capped: false } }))} value={one.id} onChange={setStage} />
        <Swipe onSwipe={(by) => setStage(shown[shown.findIndex(({ id }) => id === one.id) + by]?.id ?? one.id)}>
          <DndContext>{columnOf(one)}</DndContext>
        </Swipe>
      </div>
    );
  }
  const overColumn = (event: DragOverEvent) => moves.over(String(event.over?.id ?? lift?.from ?? ""));
  return (
    <div ref={root} className="lb-kanban" role="region" aria-label={t("kanban.region", { label, columns: count(columns.length) })} data-lifting={lift !== null}>
      {live}
      <DndContext
        sensors={sensors}
        collisionDetection={pointerWithin}
        accessibility={{ announcements: SILENT, screenReaderInstructions: { draggable: t("kanban.keys.help") } }}
        onDragStart={({ active }) => {
          const from = String(active.data.current?.columnId);
          const card = shown.find(({ id }) => id === from)?.cards.find(({ id }) => id === active.id);
          if (card) moves.begin(card, from, "pointer");
        }}
        onDragOver={overColumn}
        onDragEnd={({ over }) => (over ? moves.drop(String(over.id)) : moves.cancel())}
        onDragCancel={moves.cancel}
      >
        {shown.map(columnOf)}
        <DragOverlay dropAnimation={null}>
          {lift?.by === "pointer" && (
            <div className="lb-kanban-card" data-ghost>
              <CardBody view={view(lift.card)} now={now} />
            </div>
          )}
        </DragOverlay>
      </DndContext>
    </div>
  );
}

/** A sideways stroke of a finger over its content. */
function Swipe({ onSwipe, children }: { onSwipe: (by: 1 | -1) => void; children: React.ReactNode }) {
  const from = useRef<{ x: number; y: number } | null>(null);
  return (
    <div
      className="lb-kanban-swipe"
      onTouchStart={({ touches }) => (from.current = touches[0] ? { x: touches[0].clientX, y: touches[0].clientY } : null)}
      onTouchEnd={({ changedTouches }) => {
        const end = changedTouches[0];
        if (!from.current || !end) return;
        const [x, y] = [end.clientX - from.current.x, end.clientY - from.current.y];
        if (Math.abs(x) > SWIPE && Math.abs(y) < SWIPE / 2) onSwipe(x < 0 ? 1 : -1);
      }}
    >
      {children}
    </div>
  );
}
