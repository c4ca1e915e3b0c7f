import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, data } from "@/api/client";
import { push } from "@/api/push";
import type { CustomerRow } from "@/api/types";
import { TODOS } from "@/ui/shell/todos";

export const LIST = ["get", "/api/v1/customers"] as const;
export const TODAY = ["get", "/api/v1/today"] as const;
export const TOTAL = ["get", "/api/v1/customers/total"] as const;
export interface ListFilter {
  view?: string;
  stage?: string | null;
  intent?: string | null;
  city?: number | null;
  channelId?: string | null;
  ownerId?: string | null;
}
type Pages = InfiniteData<{ items: CustomerRow[]; nextCursor: string | null }>;

/** Replaces one customer in every list that shows it; a version already shown changes nothing. */
export function patchRow(cache: QueryClient, row: CustomerRow): void {
  cache.setQueriesData<Pages>({ queryKey: LIST }, (pages) => {
    if (!pages?.pages?.some((page) => page.items.some(({ id, version }) => id === row.id && version < row.version))) return pages;
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map((known) => (known.id === row.id ? row : known)) })) };
  });
}

/** Whether a row that just arrived belongs in a list; views of due dates are the server's to judge, so they say no. */
export function fits(row: CustomerRow, filter: ListFilter, me: string): boolean {
  const one = (given: string | null | undefined, actual: string | null | undefined) => !given || given.split(",").includes(actual ?? "");
  const view = filter.view ?? "all";
  const inView = view === "all" || (view === "mine" && row.owner?.id === me) || (view === "new" && row.owner?.id === me && row.stage === "lead") || (view === "unassigned" && row.owner === null);
  return inView && one(filter.stage, row.stage) && one(filter.intent, row.intent) && (!filter.city || filter.city === row.city?.code) && one(filter.channelId, row.channel?.id) && one(filter.ownerId, row.owner?.id);
}

/** Puts rows on top of the lists they belong to, without reading a list again; lists under a search or another order stay. */
export function insertRows(cache: QueryClient, rows: readonly CustomerRow[], me: string): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: LIST })) {
    const [, , filter, sort, search] = query.queryKey as [string, string, ListFilter, string | undefined, string];
    if (sort || search) continue;
    cache.setQueryData<Pages>(query.queryKey, (pages) => {
      const [first, ...rest] = pages?.pages ?? [];
      if (!pages || !first) return pages;
      const shown = new Set(pages.pages.flatMap((page) => page.items.map(({ id }) => id)));
      const added = rows.filter((row) => !shown.has(row.id) && fits(row, filter, me));
      return added.length === 0 ? pages : { ...pages, pages: [{ ...first, items: [...added, ...first.items] }, ...rest] };
    });
  }
}

export const readRow = (customerId: string): Promise<CustomerRow> => data(client.GET("/api/v1/customers/{customer_id}", { params: { path: { customer_id: customerId } } }));

/** After a write or a push about one customer: its page is read again, lists are patched, counts are renewed. */
export async function customerChanged(cache: QueryClient, customerId: string): Promise<void> {
  const ofCustomer = (key: readonly unknown[]) => JSON.stringify(key[2] ?? null).includes(customerId);
  await Promise.all([
    cache.invalidateQueries({ predicate: (query) => ofCustomer(query.queryKey) }),
    cache.invalidateQueries({ queryKey: TODAY }),
    cache.invalidateQueries({ queryKey: TODOS }),
    cache.invalidateQueries({ queryKey: TOTAL }),
    readRow(customerId).then((row) => patchRow(cache, row)),
  ]);
}

/** Keeps lists, pages and 今日 in step with the push stream, wherever one is. */
export function useLiveRows(): void {
  const cache = useQueryClient();
  useEffect(
    () =>
      push.on(({ kind, data: body }) => {
        if (kind === "customers.changed") void customerChanged(cache, String(body.customerId)).catch(() => undefined);
        else if (kind === "workspace.todo_changed") {
          void cache.invalidateQueries({ queryKey: TODOS });
          void cache.invalidateQueries({ queryKey: TODAY });
          void cache.invalidateQueries({ queryKey: TOTAL });
        } else if (kind === "customers.arrived") {
          void cache.invalidateQueries({ queryKey: TODAY });
          void cache.invalidateQueries({ queryKey: TOTAL });
        } else if (kind === "channels.inbox_changed") {
          void cache.invalidateQueries({ queryKey: ["get", "/api/v1/inbox-entries"] });
          void cache.invalidateQueries({ queryKey: ["get", "/api/v1/channels"] });
          void cache.invalidateQueries({ queryKey: ["get", "/api/v1/channels/{channel_id}"] });
        }
      }),
    [cache],
  );
}
