import { Button } from "antd";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { DeleteOutlined, PlusOutlined } from "@/ui/icons";
import { SortableList, SortHandle } from "./SortableList";
import "./sortable.css";

interface EditableRowsProps<T> {
  rows: readonly T[];
  onChange: (rows: T[]) => void;
  /** A new row as it starts. */
  blank: () => T;
  addLabel: string;
  /** The accessible name of a row: "第 2 项". */
  rowName: (index: number) => string;
  disabled?: boolean;
  max?: number;
  children: (row: T, change: (row: T) => void, index: number) => ReactNode;
}

/** Rows edited in place: fees, tiers, mappings. Added, removed, and put in order by dragging or arrow keys on the handle. */
export function EditableRows<T extends object>({ rows, onChange, blank, addLabel, rowName, disabled = false, max = 20, children }: EditableRowsProps<T>) {
  const { t } = useTranslation("ui");
  const keys = useRef(new WeakMap<object, string>());
  const made = useRef(0);
  const keyOf = (row: T): string => {
    const known = keys.current.get(row);
    if (known) return known;
    made.current += 1;
    keys.current.set(row, `r${made.current}`);
    return `r${made.current}`;
  };
  const change = (index: number, before: T, after: T) => {
    keys.current.set(after, keyOf(before));
    onChange(rows.with(index, after));
  };
  const move = (from: number, to: number) => {
    const row = rows[from];
    if (row) onChange(rows.toSpliced(from, 1).toSpliced(to, 0, row));
  };
  return (
    <div className="lb-stack lb-stack-tight">
      <SortableList items={rows} keyOf={keyOf} disabled={disabled} handleLabel={(_row, index) => t("rows.move", { name: rowName(index) })} onMove={move}>
        {(row, index) => (
          <div className="lb-editable-row" role="group" aria-label={rowName(index)}>
            <SortHandle />
            {children(row, (after) => change(index, row, after), index)}
            {!disabled && <Button type="text" icon={<DeleteOutlined />} aria-label={t("rows.remove", { name: rowName(index) })} onClick={() => onChange(rows.toSpliced(index, 1))} />}
          </div>
        )}
      </SortableList>
      {!disabled && rows.length < max && (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => onChange([...rows, blank()])}>
            {addLabel}
          </Button>
        </div>
      )}
    </div>
  );
}
