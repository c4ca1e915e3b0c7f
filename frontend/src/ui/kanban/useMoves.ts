import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import type { KanbanColumn, KanbanOutcome, KanbanTarget, Lift } from "./types";

interface MovesProps<C> {
  columns: readonly KanbanColumn<C>[];
  nameOf: (card: C) => string;
  targets: (card: C) => Promise<readonly KanbanTarget[]>;
  onMove: (card: C, columnId: string) => Promise<KanbanOutcome>;
}

/** The life of a card on its way: lifted, over a column, dropped, pending until the server agrees, or back with the reason. */
export function useMoves<C extends { id: string }>({ columns, nameOf, targets, onMove }: MovesProps<C>) {
  const { t } = useTranslation("ui");
  const [lift, setLift] = useState<Lift<C> | null>(null);
  const [pending, setPending] = useState<ReadonlyMap<string, { card: C; to: string }>>(new Map());
  const [refused, setRefused] = useState<ReadonlyMap<string, string>>(new Map());
  const [said, setSaid] = useState("");
  const lifts = useRef(0);
  const columnName = (id: string) => columns.find((column) => column.id === id)?.name ?? "";
  const forget = (id: string) =>
    setRefused((before) => {
      const after = new Map(before);
      return after.delete(id) ? after : before;
    });

  const begin = (card: C, from: string, by: Lift<C>["by"]) => {
    const mine = ++lifts.current;
    forget(card.id);
    setLift({ card, from, over: from, by, targets: null });
    setSaid(t(by === "keys" ? "kanban.said.liftedByKeys" : "kanban.said.lifted", { name: nameOf(card), column: columnName(from) }));
    // Without an answer every column stays open: the server judges the drop anyway.
    targets(card).then(
      (found) => mine === lifts.current && setLift((now) => now && { ...now, targets: new Map(found.map((target) => [target.columnId, target])) }),
      () => undefined,
    );
  };
  const end = () => {
    lifts.current += 1;
    setLift(null);
  };
  const over = (columnId: string) => {
    if (!lift || lift.over === columnId) return;
    setLift({ ...lift, over: columnId });
    const target = lift.targets?.get(columnId);
    const column = columnName(columnId);
    setSaid(
      columnId === lift.from
        ? t("kanban.said.home", { column })
        : target && target.state !== "open"
          ? t(target.state === "supply" ? "kanban.said.supply" : "kanban.said.closed", { column, reason: target.reason ?? "" })
          : t("kanban.said.open", { column }),
    );
  };
  const cancel = () => {
    if (!lift) return;
    setSaid(t("kanban.said.cancelled", { name: nameOf(lift.card), column: columnName(lift.from) }));
    end();
  };
  const refuse = useCallback(
    (id: string, reason: string) => {
      setRefused((before) => new Map(before).set(id, reason));
      setSaid(t("kanban.said.refused", { reason }));
    },
    [t],
  );
  const move = async (card: C, to: string) => {
    const words = { name: nameOf(card), column: columnName(to) };
    forget(card.id);
    setPending((before) => new Map(before).set(card.id, { card, to }));
    setSaid(t("kanban.said.moving", words));
    try {
      const outcome = await onMove(card, to);
      if (outcome.moved) setSaid(t("kanban.said.moved", words));
      else if (outcome.reason) refuse(card.id, outcome.reason);
      else setSaid(t("kanban.said.notMoved", words));
    } catch (error) {
      refuse(card.id, isProblem(error) && error.message ? error.message : t("kanban.failed"));
    } finally {
      setPending((before) => {
        const after = new Map(before);
        after.delete(card.id);
        return after;
      });
    }
  };
  const drop = (columnId: string) => {
    if (!lift) return;
    const { card, from, targets: known } = lift;
    if (columnId === from) return cancel();
    end();
    const target = known?.get(columnId);
    if (target?.state === "refused") refuse(card.id, target.reason ?? t("kanban.failed"));
    else void move(card, columnId);
  };

  const shown = columns.map((column) => {
    const here = column.cards.filter(({ id }) => (pending.get(id)?.to ?? column.id) === column.id);
    const coming = [...pending.values()].filter(({ card, to }) => to === column.id && !here.some(({ id }) => id === card.id)).map(({ card }) => card);
    return coming.length === 0 && here.length === column.cards.length ? column : { ...column, cards: [...coming, ...here] };
  });
  return { lift, pending, refused, said, shown, begin, over, drop, cancel, move, forget };
}
