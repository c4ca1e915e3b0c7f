import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";
import type { FilterValues } from "@/ui/FilterBar";
import type { paths } from "@/api/schema";
import { LIST } from "./live";

export const views = ["mine", "new", "due", "late", "unreached", "unassigned", "all"] as const;
export const filterKeys = ["stage", "intent", "city", "channelId", "ownerId"] as const;
export const FIRST_VIEW = "mine";
const LIMIT = 100;

type Filter = NonNullable<paths["/api/v1/customers"]["get"]["parameters"]["query"]>;
/** The filter as the server types it; the address holds all of it as text. */
export function toFilter(view: string, values: FilterValues): Pick<Filter, "view" | "stage" | "intent" | "city" | "channelId" | "ownerId"> {
  const { city, ...others } = values;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value));
  return { view: (views as readonly string[]).includes(view) ? (view as Filter["view"]) : FIRST_VIEW, ...given, ...(city ? { city: Number(city) } : {}) };
}

/** Customers under a view and filters; with a search text the same by POST, so that the text is in no address, newest first. */
export function useCustomers(view: string, filters: FilterValues, sort: string | undefined, search: string) {
  const filter = toFilter(view, filters);
  const order = sort ? { sort: sort as Filter["sort"] } : {};
  return useInfiniteQuery({
    queryKey: [...LIST, filter, sort, search],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam ? { cursor: pageParam } : {};
      if (search) return data(client.POST("/api/v1/customers/search", { body: { search, filter, limit: LIMIT, ...cursor }, signal }));
      return data(client.GET("/api/v1/customers", { params: { query: { ...filter, limit: LIMIT, ...order, ...cursor } }, signal }));
    },
  });
}

export function useTotal(view: string, filters: FilterValues, enabled = true) {
  return api.useQuery("get", "/api/v1/customers/total", { params: { query: toFilter(view, filters) } }, { enabled, staleTime: 60_000 });
}

export const useCities = () => api.useQuery("get", "/api/v1/cities", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useChannelOptions = (enabled: boolean) => api.useQuery("get", "/api/v1/channels", { params: { query: { limit: 200 } } }, { enabled, retry: false });
export const useEmployees = (enabled = true) => api.useQuery("get", "/api/v1/employees", { params: { query: { limit: 200, active: true } } }, { enabled, staleTime: 5 * 60_000 });
export const useCustomer = (customerId: string) => api.useQuery("get", "/api/v1/customers/{customer_id}", { params: { path: { customer_id: customerId } } });
