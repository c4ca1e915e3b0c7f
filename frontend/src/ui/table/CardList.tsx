import { useRef } from "react";
import type { Column } from "./column";

interface CardListProps<R extends { id: string }> {
  rows: R[];
  columns: readonly Column<R>[];
  now: number;
  selected: ReadonlySet<string>;
  toggle: (id: string) => void;
  onScroll: (event: React.UIEvent<HTMLElement>) => void;
  onOpen?: (row: R) => void;
  bulk?: unknown;
  fresh?: ReadonlySet<string>;
}
const LONG_PRESS = 500;

/** The phone's form of a table: two-line cards from the same columns; off-screen cards cost no layout; a long press selects. */
export function CardList<R extends { id: string }>({ rows, columns, now, selected, toggle, onScroll, onOpen, bulk, fresh }: CardListProps<R>) {
  const press = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pressed = useRef(false);
  const at = (place: Column<R>["card"], row: R) => columns.filter((column) => column.card === place).map((column) => <span key={column.key}>{(column.renderCard ?? column.render)(row, now)}</span>);
  const start = (row: R) => {
    pressed.current = false;
    if (!bulk) return;
    press.current = setTimeout(() => {
      pressed.current = true;
      toggle(row.id);
    }, LONG_PRESS);
  };
  const open = (event: React.MouseEvent, row: R) => {
    clearTimeout(press.current);
    if ((event.target as HTMLElement).closest("a,[data-act]") || pressed.current) return;
    if (selected.size > 0) toggle(row.id);
    else onOpen?.(row);
  };
  return (
    <ul className="lb-datatable-body lb-cards" onScroll={onScroll}>
      {rows.map((row) => (
        <li
          key={row.id}
          data-row-key={row.id}
          className={`lb-rowcard ${fresh?.has(row.id) ? "lb-row-fresh" : ""}`}
          data-selected={selected.has(row.id)}
          onPointerDown={() => start(row)}
          onPointerLeave={() => clearTimeout(press.current)}
          onPointerCancel={() => clearTimeout(press.current)}
          onClick={(event) => open(event, row)}
        >
          <div className="lb-row lb-between">
            <span className="lb-row lb-grow">
              {at("title", row)}
              {at("mark", row)}
            </span>
            <span className="lb-row lb-rowcard-amount">{at("amount", row)}</span>
          </div>
          <div className="lb-row lb-between">
            <span className="lb-stack lb-stack-tight lb-grow">
              <span className="lb-rowcard-meta lb-muted lb-meta">{at("meta", row)}</span>
              <span className="lb-row lb-meta">{at("next", row)}</span>
            </span>
            <span className="lb-row">{at("action", row)}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}
