import type { FollowUpIn } from "@/api/types";

export const outcomes = ["interested", "call_again", "no_answer", "invalid_number", "refused", "other"] as const;
export const intents = ["A", "B", "C", "D"] as const;
export const nextKinds = ["call", "visit", "message", "other"] as const;

export type FollowUpForm = Pick<FollowUpIn, "note" | "intent" | "nextActionKind" | "nextActionAt"> & { outcome: FollowUpIn["outcome"] | null };
export const emptyForm: FollowUpForm = { outcome: null, intent: null, note: "", nextActionAt: null, nextActionKind: null };

export const isUntouched = (form: FollowUpForm): boolean => !form.outcome && !form.intent && !form.note && !form.nextActionAt;

export function toBody(form: FollowUpForm): FollowUpIn | null {
  if (!form.outcome) return null;
  return {
    outcome: form.outcome,
    ...(form.intent ? { intent: form.intent } : {}),
    ...(form.note?.trim() ? { note: form.note.trim() } : {}),
    ...(form.nextActionAt ? { nextActionAt: form.nextActionAt, nextActionKind: form.nextActionKind ?? "call" } : {}),
  };
}
