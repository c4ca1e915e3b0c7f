import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, client, data } from "@/api/client";
import type { Lender, ProductRow, RuleCustomer } from "@/api/types";
import type { FilterValues } from "@/ui/FilterBar";
import type { Place, Rules } from "@/ui/rules/types";

const PRODUCTS = ["get", "/api/v1/products"] as const;
const PRODUCT = ["get", "/api/v1/products/{product_id}"] as const;
export const VERSION = ["get", "/api/v1/product-versions/{version_id}"] as const;
const COMPARISON = ["get", "/api/v1/product-versions/{version_id}/compare"] as const;
const LENDERS = ["get", "/api/v1/lenders"] as const;
const LIMIT = 100;
const PAUSE = 500;

export const productKinds = ["credit", "mortgage", "car", "policy", "fund", "tax", "business", "consumption", "bridge"] as const satisfies readonly ProductRow["kind"][];
export const productStates = ["active", "suspended", "retired"] as const satisfies readonly ProductRow["state"][];
export const lenderKinds = ["bank", "consumer_finance", "micro_loan", "trust", "leasing", "insurer", "internet_bank", "private"] as const satisfies readonly Lender["kind"][];
export const cooperations = ["candidate", "active", "suspended", "exited"] as const satisfies readonly Lender["cooperation"][];
export const routes = ["bureau", "customer", "offline"] as const satisfies readonly Lender["route"][];

interface ListPage<T> {
  items: T[];
  nextCursor: string | null;
}
const paged = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
  placeholderData: keepPreviousData,
};
const given = (values: FilterValues) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** Products by name under the filters of the address. */
export const useProducts = (filters: FilterValues) =>
  useInfiniteQuery({
    ...paged,
    queryKey: [...PRODUCTS, filters],
    queryFn: ({ pageParam, signal }): Promise<ListPage<ProductRow>> => data(client.GET("/api/v1/products", { params: { query: { ...given(filters), limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
export const useLenders = (filters: FilterValues) =>
  useInfiniteQuery({
    ...paged,
    queryKey: [...LENDERS, filters],
    queryFn: ({ pageParam, signal }): Promise<ListPage<Lender>> => data(client.GET("/api/v1/lenders", { params: { query: { ...given(filters), limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
/** Lenders to choose from. */
export const useLenderOptions = (enabled = true) => api.useQuery("get", "/api/v1/lenders", { params: { query: { limit: 200 } } }, { staleTime: 60_000, enabled });

export const useProduct = (productId: string) => api.useQuery("get", "/api/v1/products/{product_id}", { params: { path: { product_id: productId } } });
export const useVersion = (versionId: string | null) => api.useQuery("get", "/api/v1/product-versions/{version_id}", { params: { path: { version_id: versionId ?? "" } } }, { enabled: versionId !== null });
export const useComparison = (was: string, now: string) =>
  api.useQuery("get", "/api/v1/product-versions/{version_id}/compare", { params: { path: { version_id: was }, query: { with: now } } }, { enabled: was !== now });
export const useFields = () => api.useQuery("get", "/api/v1/qualification-fields", {}, { staleTime: Number.POSITIVE_INFINITY }).data?.items;
const NO_PLACES: Place[] = [];
export const usePlaces = (): Place[] => api.useQuery("get", "/api/v1/cities", {}, { staleTime: Number.POSITIVE_INFINITY }).data?.items ?? NO_PLACES;

/** Refreshes products, versions and lenders after a write. */
export function useSettled(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    // The product first: it says which versions there still are.
    await Promise.all([PRODUCTS, PRODUCT].map((queryKey) => cache.invalidateQueries({ queryKey })));
    await Promise.all([VERSION, COMPARISON, LENDERS].map((queryKey) => cache.invalidateQueries({ queryKey })));
  };
}

/** A value as it was when it last stood still for half a second. */
function useStill<T>(value: T): T {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return still;
}

export interface RuleTerms {
  rules: Rules;
  cities: number[];
  amountMinFen: number;
  terms: number[];
}
const json = (rules: Rules) => rules as unknown as Record<string, unknown>;

/** What the server says of the rules while they are edited: errors, the sentence, and whom they let pass. */
export function useLiveCheck({ rules, cities, amountMinFen, terms }: RuleTerms, complete: boolean) {
  const text = useStill(JSON.stringify({ rules, cities, amountMinFen, terms }));
  const body = JSON.parse(text) as RuleTerms;
  const check = useQuery({
    queryKey: ["products.check", text],
    enabled: complete,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => data(client.POST("/api/v1/products/rules/check", { body: { rules: json(body.rules), cities: body.cities }, signal })),
  });
  const right = check.data?.ok === true && !check.isPlaceholderData;
  const passes = useQuery({
    queryKey: ["products.passes", text],
    enabled: complete && right,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => {
      const terms = { cities: body.cities, terms: body.terms, ...(body.amountMinFen ? { amountMinFen: body.amountMinFen } : {}) };
      return (await data(client.POST("/api/v1/products/rules/customers", { body: { rules: json(body.rules), ...terms, wanted: "possible", limit: 1 }, signal }))).counts;
    },
  });
  return { check: complete ? check.data : undefined, checking: check.isFetching, failed: check.error, passes: complete && check.data?.ok ? passes.data : null };
}

/** The customers in the viewer's scope that a version lets pass, newest first. */
export const useVersionCustomers = (versionId: string, wanted: "yes" | "possible") =>
  useInfiniteQuery({
    ...paged,
    queryKey: ["get", "/api/v1/product-versions/{version_id}/customers", versionId, wanted],
    queryFn: async ({ pageParam, signal }) => {
      const page = await data(client.GET("/api/v1/product-versions/{version_id}/customers", { params: { path: { version_id: versionId }, query: { wanted, limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal }));
      return { counts: page.counts, nextCursor: page.nextCursor, items: page.items.map((item): RuleCustomer & { id: string } => ({ ...item, id: item.customer.id })) };
    },
  });
