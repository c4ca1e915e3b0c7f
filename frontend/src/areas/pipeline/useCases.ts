import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, client, data } from "@/api/client";
import type { paths } from "@/api/schema";
import type { Board } from "@/api/types";
import type { FilterValues } from "@/ui/FilterBar";
import { BOARD, CASES } from "./live";

export const views = ["mine", "all", "late", "lost"] as const;
export const FIRST_VIEW = "mine";
export const filterKeys = ["pipelineId", "stageId", "ownerId", "lenderId", "productKind"] as const;
export const boardFilterKeys = ["pipelineId", "ownerId", "lenderId", "late"] as const;
const LIMIT = 100;

type Filter = NonNullable<paths["/api/v1/cases"]["get"]["parameters"]["query"]>;
type BoardFilter = NonNullable<paths["/api/v1/cases/board"]["get"]["parameters"]["query"]>;
const given = (values: FilterValues) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** The views of the list as the server filters them. */
export function toFilter(view: string, values: FilterValues, me: string): Filter {
  const base: Filter = view === "all" ? {} : view === "late" ? { late: true, open: true } : view === "lost" ? { lost: true } : { ownerId: me, open: true };
  return { ...base, ...(given(values) as Filter) };
}

export function useCases(filter: Filter, sort: string | undefined) {
  return useInfiniteQuery({
    queryKey: [...CASES, filter, sort],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      data(client.GET("/api/v1/cases", { params: { query: { ...filter, limit: LIMIT, ...(sort ? { sort: sort as Filter["sort"] & {} } : {}), ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
}
export const useCaseTotal = (filter: Filter) => api.useQuery("get", "/api/v1/cases/total", { params: { query: filter } }, { staleTime: 60_000 });
export const useCustomerCases = (customerId: string) => api.useQuery("get", "/api/v1/cases", { params: { query: { customerId, limit: 100 } } });

const ofCase = (caseId: string) => ({ params: { path: { case_id: caseId } } });
export const useCase = (caseId: string) => api.useQuery("get", "/api/v1/cases/{case_id}", ofCase(caseId));
export const useHistory = (caseId: string) => api.useQuery("get", "/api/v1/cases/{case_id}/history", { params: { path: { case_id: caseId }, query: { limit: 200 } } });
export const readTargets = (caseId: string) => data(client.GET("/api/v1/cases/{case_id}/targets", ofCase(caseId)));
export const usePipelines = (enabled = true) => api.useQuery("get", "/api/v1/pipelines", {}, { staleTime: 5 * 60_000, enabled });

/** The board under its filters; further pages of a column join it, and a renewed board keeps as many as were shown. */
export function useBoard(filters: FilterValues) {
  const cache = useQueryClient();
  const { pipelineId, late, ...others } = filters;
  const narrow = { ...given(others), ...(late ? { late: true } : {}) } as Omit<BoardFilter, "pipelineId">;
  const queryKey = [...BOARD, pipelineId ?? null, narrow];
  const page = (stageId: string, cursor: string, limit: number, signal?: AbortSignal) =>
    data(client.GET("/api/v1/cases/board/{stage_id}", { params: { path: { stage_id: stageId }, query: { ...narrow, cursor, limit } }, ...(signal ? { signal } : {}) }));
  const board = useQuery({
    queryKey,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const fresh = await data(client.GET("/api/v1/cases/board", { params: { query: { ...narrow, ...(pipelineId ? { pipelineId } : {}) } }, signal }));
      const shown = new Map(cache.getQueryData<Board>(queryKey)?.columns.map(({ stage, cards }) => [stage.id, cards.length]));
      const columns = fresh.columns.map(async (column) => {
        const left = (shown.get(column.stage.id) ?? 0) - column.cards.length;
        if (left <= 0 || !column.nextCursor) return column;
        const { items, nextCursor } = await page(column.stage.id, column.nextCursor, Math.min(100, left), signal);
        return { ...column, cards: [...column.cards, ...items], nextCursor };
      });
      return { ...fresh, columns: await Promise.all(columns) };
    },
  });
  const more = async (stageId: string) => {
    const cursor = cache.getQueryData<Board>(queryKey)?.columns.find(({ stage }) => stage.id === stageId)?.nextCursor;
    if (!cursor) return;
    const { items, nextCursor } = await page(stageId, cursor, 40);
    cache.setQueryData<Board>(queryKey, (known) => {
      if (!known) return known;
      const add = (column: Board["columns"][number]) => {
        const ids = new Set(column.cards.map(({ id }) => id));
        return { ...column, cards: [...column.cards, ...items.filter(({ id }) => !ids.has(id))], nextCursor };
      };
      return { ...known, columns: known.columns.map((column) => (column.stage.id === stageId && column.nextCursor === cursor ? add(column) : column)) };
    });
  };
  return { board, more };
}

/** Products in force by name, each as the version a case takes. */
export const useProductSearch = () =>
  useCallback(async (text: string, signal: AbortSignal) => {
    const { items } = await data(client.GET("/api/v1/products", { params: { query: { state: "active", limit: 30, ...(text ? { search: text } : {}) } }, signal }));
    return items.flatMap(({ name, lender, current }) => (current ? [{ value: current.id, label: name, detail: lender.name }] : []));
  }, []);

/** Customers by name or the last digits of a number; the text travels in a body. */
export const useCustomerSearch = () =>
  useCallback(async (text: string, signal: AbortSignal) => {
    const { items } = await data(client.POST("/api/v1/customers/search", { body: { search: text, limit: 10 }, signal }));
    return items.map(({ id, name, phone }) => ({ value: id, label: name?.value ?? "", detail: phone?.value ?? "" }));
  }, []);
