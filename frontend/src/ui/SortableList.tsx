import { DndContext, PointerSensor, useDraggable, useDroppable, useSensor, useSensors, type DragEndEvent } from "@dnd-kit/core";
import { createContext, useContext, useEffect, useRef, type ReactNode } from "react";
import { HolderOutlined } from "@/ui/icons";
import "./sortable.css";

interface SortableListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** The accessible name of an item's handle: what it moves, and by which keys. */
  handleLabel: (item: T, index: number) => string;
  onMove: (from: number, to: number) => void;
  disabled?: boolean;
  className?: string;
  /** Draws one item; it holds a `<SortHandle />`. */
  children: (item: T, index: number) => ReactNode;
}

const HandleContext = createContext<ReactNode>(null);
/** What an item of the list is taken hold of by; nothing while it cannot be moved. */
export const SortHandle = () => useContext(HandleContext);

/** A list put in order by dragging a handle, or by the arrow keys on it. */
export function SortableList<T>({ items, keyOf, handleLabel, onMove, disabled = false, className, children }: SortableListProps<T>) {
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }));
  const list = useRef<HTMLUListElement>(null);
  const moved = useRef<string | null>(null);
  // A row that is put elsewhere in the document loses its focus: it gets it back.
  useEffect(() => {
    if (!moved.current) return;
    list.current?.querySelector<HTMLElement>(`[data-handle="${moved.current}"]`)?.focus();
    moved.current = null;
  });
  const step = (index: number, by: number) => {
    const item = items[index];
    if (!item || index + by < 0 || index + by >= items.length) return;
    moved.current = keyOf(item);
    onMove(index, index + by);
  };
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    const at = (key: unknown) => items.findIndex((item) => keyOf(item) === key);
    if (over && active.id !== over.id) onMove(at(active.id), at(over.id));
  };
  return (
    <DndContext sensors={sensors} onDragEnd={onDragEnd} accessibility={silent}>
      <ul ref={list} className={`lb-sortable ${className ?? ""}`}>
        {items.map((item, index) => (
          <Item key={keyOf(item)} id={keyOf(item)} label={handleLabel(item, index)} disabled={disabled || items.length < 2} onStep={(by) => step(index, by)}>
            {children(item, index)}
          </Item>
        ))}
      </ul>
    </DndContext>
  );
}
// The library's own announcements are English; the handle's name says how it is moved.
const silent = { screenReaderInstructions: { draggable: "" }, announcements: { onDragStart: () => undefined, onDragOver: () => undefined, onDragEnd: () => undefined, onDragCancel: () => undefined } };

function Item({ id, label, disabled, onStep, children }: { id: string; label: string; disabled: boolean; onStep: (by: number) => void; children: ReactNode }) {
  const { setNodeRef: dropRef, isOver, active } = useDroppable({ id, disabled });
  const { setNodeRef: dragRef, setActivatorNodeRef, listeners, transform, isDragging } = useDraggable({ id, disabled });
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    onStep(event.key === "ArrowUp" ? -1 : 1);
  };
  const handle = disabled ? null : (
    <button ref={setActivatorNodeRef} type="button" className="lb-sortable-handle" data-handle={id} aria-label={label} title={label} {...listeners} onKeyDown={onKeyDown}>
      <HolderOutlined />
    </button>
  );
  return (
    <li
      ref={(node) => {
        dropRef(node);
        dragRef(node);
      }}
      data-dragging={isDragging}
      data-over={isOver && active?.id !== id}
      style={transform ? { transform: `translate(0, ${transform.y}px)` } : undefined}
    >
      <HandleContext value={handle}>{children}</HandleContext>
    </li>
  );
}
