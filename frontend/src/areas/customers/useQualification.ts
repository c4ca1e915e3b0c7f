import { useInfiniteQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, client, data, ifMatch } from "@/api/client";
import { problemCode } from "@/api/problem";
import type { Customer, Qualification, QualificationPatch } from "@/api/types";
import type { FactValue, Facts } from "@/ui/qualification";
import { customerChanged } from "./live";

export type Source = NonNullable<QualificationPatch["source"]>;
export const sources = ["stated", "document", "credit_report", "id_number", "platform"] as const satisfies readonly Source[];

const PATH = "/api/v1/customers/{customer_id}/qualification";
const of = (customerId: string) => ({ params: { path: { customer_id: customerId } } });

/** The catalogue of fields in the language of the page; it changes with releases only. */
export const useQualificationFields = () => api.useQuery("get", "/api/v1/qualification-fields", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useQualification = (customerId: string, enabled = true) => api.useQuery("get", PATH, of(customerId), { enabled });

const read = (customerId: string): Promise<Qualification> => data(client.GET(PATH, of(customerId)));
const valueIn = (known: Qualification, field: string): FactValue | null => (known.fields.find((entry) => entry.field === field)?.value as FactValue | undefined) ?? null;
const same = (a: FactValue | null, b: FactValue | null) => JSON.stringify(a) === JSON.stringify(b);
/** Saves of one customer go one after another, each on the version that the one before made. */
const chains = new Map<string, Promise<unknown>>();

async function record(cache: QueryClient, customerId: string, values: Facts, source: Source): Promise<Qualification> {
  const { queryKey } = api.queryOptions("get", PATH, of(customerId));
  const send = (known: Qualification) => data(client.PATCH(PATH, { params: { path: { customer_id: customerId }, header: ifMatch(known.version) }, body: { values, source } }));
  const known = cache.getQueryData<Qualification>(queryKey) ?? (await read(customerId));
  const saved = await send(known).catch(async (error: unknown) => {
    if (problemCode(error) !== "core.stale") throw error;
    // Someone changed another field meanwhile: ours still stands on what was shown. The same field is for the user to see first.
    const fresh = await read(customerId);
    cache.setQueryData(queryKey, fresh);
    if (!Object.keys(values).every((field) => same(valueIn(known, field), valueIn(fresh, field)))) throw error;
    return send(fresh);
  });
  await cache.cancelQueries({ queryKey });
  cache.setQueryData(queryKey, saved);
  return saved;
}

/** Records values of a customer; null makes a field unknown. Fails with the server's Problem, whose pointers are `/values/<field>`. */
export function useRecord(customerId: string): (values: Facts, source: Source) => Promise<Qualification> {
  const cache = useQueryClient();
  return useCallback(
    (values, source) => {
      const before = chains.get(customerId) ?? Promise.resolve();
      const saved = before.catch(() => undefined).then(() => record(cache, customerId, values, source));
      chains.set(customerId, saved);
      const settled = () => {
        if (chains.get(customerId) !== saved) return;
        chains.delete(customerId);
        void customerChanged(cache, customerId).catch(() => undefined);
      };
      saved.then(settled, settled);
      return saved;
    },
    [cache, customerId],
  );
}

export function useFieldHistory(customerId: string, field: string) {
  return useInfiniteQuery({
    queryKey: ["get", `${PATH}/history`, { customerId, field }],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) =>
      data(client.GET("/api/v1/customers/{customer_id}/qualification/history", { params: { path: { customer_id: customerId }, query: { field, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
}

export function useSetStars(customer: Customer): (stars: number | null) => Promise<unknown> {
  const cache = useQueryClient();
  return useCallback(
    async (stars) => {
      const { id, version } = customer;
      await data(client.PUT("/api/v1/customers/{customer_id}/stars", { params: { path: { customer_id: id }, header: ifMatch(version) }, body: { stars } }));
      await customerChanged(cache, id);
    },
    [cache, customer],
  );
}
