import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { push } from "@/api/push";

export const BOARD = ["get", "/api/v1/cases/board"] as const;
export const CASES = ["get", "/api/v1/cases"] as const;
const CASES_TOTAL = ["get", "/api/v1/cases/total"] as const;
const RECEIPTS = ["get", "/api/v1/receipts"] as const;
const RECEIPT_SUMMARY = ["get", "/api/v1/receipts/summary"] as const;

/** After a write or a push about one case: board, lists, its page, its customer and its money are read again. */
export async function caseChanged(cache: QueryClient, caseId: string, customerId?: string): Promise<void> {
  const about = (key: readonly unknown[]) => {
    const text = JSON.stringify(key.slice(2));
    return text.includes(caseId) || (customerId !== undefined && text.includes(customerId));
  };
  await Promise.all([
    ...[BOARD, CASES, CASES_TOTAL, RECEIPTS, RECEIPT_SUMMARY].map((queryKey) => cache.invalidateQueries({ queryKey })),
    cache.invalidateQueries({ predicate: (query) => about(query.queryKey) }),
  ]);
}

/** Keeps board, lists and case pages in step with the push stream. */
export function useLiveCases(): void {
  const cache = useQueryClient();
  useEffect(
    () =>
      push.on(({ kind, data: body }) => {
        if (kind === "pipeline.case_changed") void caseChanged(cache, String(body.caseId)).catch(() => undefined);
      }),
    [cache],
  );
}
