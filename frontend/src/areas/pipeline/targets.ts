import type { TFunction } from "i18next";
import type { CaseTarget, MissingCondition } from "@/api/types";
import type { KanbanTarget } from "@/ui/kanban/types";

/** Conditions that a form of ours can supply; whatever else is missing stands in the way. */
const SUPPLIED = new Set(["field", "document", "product", "fee_agreed", "submission", "approved", "disbursed", "receipt", "settled_fee"]);
export const suppliable = ({ kind }: MissingCondition): boolean => SUPPLIED.has(kind);

/** The server's judgement on one stage, in a line. */
export function judged({ stage, allowed, missing }: CaseTarget, t: TFunction): KanbanTarget {
  if (allowed) return { columnId: stage.id, state: "open", reason: null };
  const blocking = missing.filter((item) => !suppliable(item));
  const first = (blocking[0] ?? missing[0])?.message ?? "";
  if (blocking.length > 0) return { columnId: stage.id, state: "refused", reason: first };
  return { columnId: stage.id, state: "supply", reason: missing.length === 1 ? first : t("missing.several", { count: missing.length, first }) };
}
