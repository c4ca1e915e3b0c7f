import type { Density } from "@/theme/tokens";
import { usePreference } from "../preferences";
import type { Column } from "./column";

export interface TableSettings {
  hidden: string[] | null;
  order: string[];
  density: Density | null;
}
const untouched: TableSettings = { hidden: null, order: [], density: null };

/** Columns, order and density of one table, kept for the employee on the server. */
export function useTableSettings<R>(id: string, columns: readonly Column<R>[]) {
  const [settings, save] = usePreference<TableSettings>(`table.${id}`, untouched);
  const [ownDensity] = usePreference<Density>("ui.density", "normal");
  const hidden = settings.hidden ?? columns.filter((column) => column.hiddenAtFirst).map((column) => column.key);
  const place = (key: string) => {
    const at = settings.order.indexOf(key);
    return at < 0 ? columns.findIndex((column) => column.key === key) : at;
  };
  const middle = columns.filter((column) => !column.pin).toSorted((a, b) => place(a.key) - place(b.key));
  const ordered = [...columns.filter((column) => column.pin === "left"), ...middle, ...columns.filter((column) => column.pin === "right")];
  const move = (key: string, by: -1 | 1) => {
    const keys = middle.map((column) => column.key);
    const from = keys.indexOf(key);
    const to = from + by;
    if (from < 0 || to < 0 || to >= keys.length) return;
    keys.splice(to, 0, ...keys.splice(from, 1));
    save({ ...settings, order: keys });
  };
  return {
    ordered,
    shown: ordered.filter((column) => column.pin || !hidden.includes(column.key)),
    hidden,
    density: settings.density ?? ownDensity,
    setHidden: (keys: string[]) => save({ ...settings, hidden: keys }),
    setDensity: (density: Density) => save({ ...settings, density }),
    move,
    reset: () => save(untouched),
  };
}
