import { CheckOutlined, ClockCircleOutlined, CloseOutlined, ExclamationCircleOutlined, LoadingOutlined } from "@/ui/icons";
import { useDroppable } from "@dnd-kit/core";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { count } from "../format";
import type { KanbanColumn, KanbanTarget } from "./types";

interface ColumnProps<C> {
  column: KanbanColumn<C>;
  /** A card is lifted elsewhere: what the server says of this column, `asking` until it has. */
  target: KanbanTarget | "asking" | null;
  over: boolean;
  onMore: () => Promise<unknown>;
  loading: boolean;
  children: ReactNode;
}
const NEAR_END = 240;

export function Column<C>({ column, target, over, onMore, loading, children }: ColumnProps<C>) {
  const { t } = useTranslation("ui");
  const { setNodeRef } = useDroppable({ id: column.id });
  const state = target === null ? undefined : target === "asking" ? "asking" : target.state;
  const onScroll = (event: React.UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    if (column.more && !loading && scrollTop + clientHeight > scrollHeight - NEAR_END) void onMore();
  };
  return (
    <section ref={setNodeRef} className="lb-kanban-column" data-column={column.id} data-target={state} data-over={over} data-empty={column.count === 0 && column.cards.length === 0} aria-label={t("kanban.column", { name: column.name, count: column.count })}>
      <ColumnHead column={column} />
      {target !== null && <TargetLine target={target} />}
      <ul className="lb-kanban-cards" onScroll={onScroll} aria-label={column.name}>
        {children}
        {column.cards.length === 0 && target === null && <li className="lb-meta lb-faint lb-kanban-none">{t("kanban.none")}</li>}
        {column.more && (
          <li>
            <Button type="text" block loading={loading} onClick={() => void onMore()}>
              {t("kanban.more", { left: count(Math.max(1, column.count - column.cards.length)) })}
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}

export function ColumnHead<C>({ column }: { column: KanbanColumn<C> }) {
  const { t } = useTranslation("ui");
  return (
    <header className="lb-kanban-head" style={{ borderTopColor: `var(--lb-tone-${column.tone})` }}>
      <h2>{column.name}</h2>
      <span className="lb-kanban-count">{count(column.count)}</span>
      <span className="lb-grow lb-ellipsis lb-meta lb-muted">{column.count > 0 && column.amount}</span>
      {column.late > 0 && (
        <span className="lb-meta lb-danger lb-row" style={{ gap: 4 }}>
          <ClockCircleOutlined />
          {t("kanban.late", { count: column.late })}
        </span>
      )}
    </header>
  );
}

function TargetLine({ target }: { target: KanbanTarget | "asking" }) {
  const { t } = useTranslation("ui");
  if (target === "asking") {
    return (
      <p className="lb-kanban-target lb-meta" data-state="asking">
        <LoadingOutlined spin />
        {t("kanban.asking")}
      </p>
    );
  }
  const { state, reason } = target;
  const icon = state === "open" ? <CheckOutlined /> : state === "supply" ? <ExclamationCircleOutlined /> : <CloseOutlined />;
  const text = state === "open" ? t("kanban.target.open") : t(`kanban.target.${state}`, { reason: reason ?? "" });
  return (
    <p className="lb-kanban-target lb-meta" data-state={state}>
      {icon}
      {text}
    </p>
  );
}
