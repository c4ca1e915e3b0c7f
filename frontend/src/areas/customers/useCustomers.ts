import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";
import type { FilterValues } from "@/ui/FilterBar";
import { LIST } from "./live";

export const views = ["mine", "new", "due", "late", "unreached", "unassigned", "all"] as const;
export const filterKeys = ["stage", "intent", "city", "channelId", "ownerId"] as const;
const LIMIT = 100;

const known = (values: FilterValues) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** Customers under a view and filters; with a search text the same by POST, so that the text is in no address. */
export function useCustomers(view: string, filters: FilterValues, sort: string | undefined, search: string) {
  const filter = { view, ...known(filters) };
  const order = sort ? { sort } : {};
  return useInfiniteQuery({
    queryKey: [...LIST, filter, sort, search],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam ? { cursor: pageParam } : {};
      if (search) return data(client.POST("/api/v1/customers/search", { body: { search, filter, limit: LIMIT, ...order, ...cursor }, signal }));
      return data(client.GET("/api/v1/customers", { params: { query: { ...filter, limit: LIMIT, ...order, ...cursor } }, signal }));
    },
  });
}

export function useTotal(view: string, filters: FilterValues, enabled = true) {
  return api.useQuery("get", "/api/v1/customers/total", { params: { query: { view, ...known(filters) } } }, { enabled, staleTime: 60_000 });
}

export const useCities = () => api.useQuery("get", "/api/v1/cities", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useChannelOptions = (enabled: boolean) => api.useQuery("get", "/api/v1/channels", { params: { query: { limit: 200 } } }, { enabled, retry: false });
export const useEmployees = (enabled = true) => api.useQuery("get", "/api/v1/employees", { params: { query: { limit: 200, active: true } } }, { enabled, staleTime: 5 * 60_000 });
export const useCustomer = (customerId: string) => api.useQuery("get", "/api/v1/customers/{customerId}", { params: { path: { customerId } } });
