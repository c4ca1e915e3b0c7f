import type { ToneName } from "@/theme/tokens";

export interface KanbanColumn<C> {
  id: string;
  name: string;
  tone: ToneName;
  /** Of all cards of the column, shown or not. */
  count: number;
  amount: string;
  late: number;
  cards: readonly C[];
  more: boolean;
}

/** What a card shows; the board's owner makes it from its rows. */
export interface KanbanCardView {
  name: string;
  path: string;
  amount: string;
  amountTitle?: string;
  product: string | null;
  owner: { id: string; displayName: string } | null;
  since: string;
  dueAt: string | null;
  /** What is to be done next, in a word. */
  next: string | null;
}

/** A column as the server judges it for one card: `supply` can be entered once what is missing was given. */
export interface KanbanTarget {
  columnId: string;
  state: "open" | "supply" | "refused";
  reason: string | null;
}
export type KanbanOutcome = { moved: true } | { moved: false; reason: string | null };

export interface Lift<C> {
  card: C;
  from: string;
  over: string;
  by: "pointer" | "keys";
  /** null until the server has answered. */
  targets: ReadonlyMap<string, KanbanTarget> | null;
}
