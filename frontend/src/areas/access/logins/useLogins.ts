import { useInfiniteQuery } from "@tanstack/react-query";
import { client, data } from "@/api/client";
import type { LoginApproval, LoginRecord } from "@/api/types";

export const APPROVALS = ["get", "/api/v1/login-approvals"] as const;
const RECORDS = ["get", "/api/v1/login-records"] as const;
const LIMIT = 100;
const POLL = 15_000;
export const outcomes = ["ok", "refused"] as const;

interface Paged<R> {
  items: R[];
  nextCursor: string | null;
}
const onward = (page: Paged<unknown>) => page.nextCursor;
const from = (cursor: string | null) => (cursor ? { cursor } : {});

/** Requests to be let in; those that wait are asked for again while the page is open, as each is good for minutes only. */
export const useApprovals = (state: "waiting" | "decided", enabled = true) =>
  useInfiniteQuery({
    queryKey: [...APPROVALS, state],
    enabled,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Paged<LoginApproval>) => onward(page),
    refetchInterval: state === "waiting" ? POLL : false,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/login-approvals", { params: { query: { state, limit: LIMIT, ...from(pageParam) } }, signal })),
  });

export interface RecordFilters {
  employeeId?: string | undefined;
  outcome?: string | undefined;
}
/** Attempts to sign in, newest first. */
export function useLoginRecords(filters: RecordFilters, limit = LIMIT, enabled = true) {
  const wanted = { ...(filters.employeeId ? { employeeId: filters.employeeId } : {}), ...(filters.outcome ? { outcome: filters.outcome as (typeof outcomes)[number] } : {}), limit };
  return useInfiniteQuery({
    queryKey: [...RECORDS, wanted],
    enabled,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Paged<LoginRecord>) => onward(page),
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/login-records", { params: { query: { ...wanted, ...from(pageParam) } }, signal })),
  });
}
