import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";

export const methods = ["transfer", "alipay", "wechat", "card", "cash", "lender"] as const;
const LIMIT = 100;

export const useCaseReceipts = (caseId: string, enabled = true) => api.useQuery("get", "/api/v1/cases/{case_id}/receipts", { params: { path: { case_id: caseId } } }, { enabled });

export interface Period {
  from?: string | undefined;
  to?: string | undefined;
  ownerId?: string | undefined;
}
const given = (period: Period) => Object.fromEntries(Object.entries(period).filter(([, value]) => value)) as Record<string, string>;

/** Receipts and reversals of a period, the latest day first. */
export const useReceipts = (period: Period) =>
  useInfiniteQuery({
    queryKey: ["get", "/api/v1/receipts", given(period)],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/receipts", { params: { query: { ...given(period), limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
export const useReceiptSummary = (ownerId: string | undefined) => api.useQuery("get", "/api/v1/receipts/summary", { params: { query: ownerId ? { ownerId } : {} } });
