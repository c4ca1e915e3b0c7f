import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { paths } from "@/api/schema";
import { api, client, data } from "@/api/client";
import { useMemo } from "react";
import { useCan } from "@/ui/me";
import { fromWall } from "@/ui/format";
import { isRunning } from "@/ui/shell/tasks";
import { useStaff } from "../policies/usePolicies";

const LIMIT = 100;
export const CHAIN = ["get", "/api/v1/audit/chain"] as const;
export const ENTRIES = ["get", "/api/v1/audit/entries"] as const;
/** As in the address; days are Shanghai's, both included. */
export const filterKeys = ["from", "to", "action", "actorId", "subjectId", "sessionId", "ip", "client"] as const;
export type AuditFilters = Record<(typeof filterKeys)[number], string | undefined>;
type Query = NonNullable<paths["/api/v1/audit/entries"]["get"]["parameters"]["query"]>;

/** The instant at which a day begins, or the one after it ends. */
export function instantOf(day: string, after = false): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(fromWall(year, month, date + (after ? 1 : 0))).toISOString();
}
export function toQuery({ from, to, client: on, ...others }: AuditFilters): Query {
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value));
  return { ...given, ...(from ? { from: instantOf(from) } : {}), ...(to ? { to: instantOf(to, true) } : {}), ...(on ? { client: on as Query["client"] } : {}) };
}

/** Entries, newest first. A page may be short, or empty, and still have more behind it. */
export function useEntries(filters: AuditFilters) {
  const query = toQuery(filters);
  return useInfiniteQuery({
    queryKey: [...ENTRIES, query],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/audit/entries", { params: { query: { ...query, limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
}

/** Everything that was done to one record. */
export const useRecord = (subjectId: string) =>
  useInfiniteQuery({
    queryKey: ["get", "/api/v1/audit/records/{subject_id}", subjectId],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/audit/records/{subject_id}", { params: { path: { subject_id: subjectId }, query: { limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });

export const useEntry = (entryId: string) => api.useQuery("get", "/api/v1/audit/entries/{entry_id}", { params: { path: { entry_id: entryId } } });
export const useActs = () => api.useQuery("get", "/api/v1/audit/actions", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useChain = () => api.useQuery("get", "/api/v1/audit/chain", {});
/** Names of the staff by id, for the ids that facts hold. */
export function useNames(): ReadonlyMap<string, string> {
  const staff = useStaff(useCan()("access.employees.view")).data;
  return useMemo(() => new Map(staff?.items.map(({ id, displayName }) => [id, displayName])), [staff]);
}
/** A task of the audit trail, read every second while it runs. */
export const useTask = (taskId: string | null) =>
  api.useQuery("get", "/api/v1/tasks/{task_id}", { params: { path: { task_id: taskId ?? "" } } }, { enabled: taskId !== null, refetchInterval: ({ state }) => (state.data && !isRunning(state.data) ? false : 1000) });
