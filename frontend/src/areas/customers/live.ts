import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, data } from "@/api/client";
import { push } from "@/api/push";
import type { CustomerRow } from "@/api/types";

export const LIST = ["get", "/api/v1/customers"] as const;
export const TODAY = ["get", "/api/v1/today"] as const;
export const TOTAL = ["get", "/api/v1/customers/total"] as const;
type Pages = InfiniteData<{ items: CustomerRow[]; nextCursor: string | null }>;

/** Replaces one customer in every list that shows it; a version already shown changes nothing. */
export function patchRow(cache: QueryClient, row: CustomerRow): void {
  cache.setQueriesData<Pages>({ queryKey: LIST }, (pages) => {
    if (!pages?.pages?.some((page) => page.items.some(({ id, version }) => id === row.id && version < row.version))) return pages;
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.map((known) => (known.id === row.id ? row : known)) })) };
  });
}

/** After a write or a push about one customer: its page is read again, lists are patched, counts are renewed. */
export async function customerChanged(cache: QueryClient, customerId: string): Promise<void> {
  const ofCustomer = (key: readonly unknown[]) => JSON.stringify(key[2] ?? null).includes(customerId);
  await Promise.all([
    cache.invalidateQueries({ predicate: (query) => ofCustomer(query.queryKey) }),
    cache.invalidateQueries({ queryKey: TODAY }),
    cache.invalidateQueries({ queryKey: TOTAL }),
    data(client.GET("/api/v1/customers/{customer_id}", { params: { path: { customer_id: customerId } } })).then((row) => patchRow(cache, row)),
  ]);
}

/** Keeps lists, pages and 今日 in step with the push stream, wherever one is. */
export function useLiveRows(): void {
  const cache = useQueryClient();
  useEffect(
    () =>
      push.on(({ kind, data: body }) => {
        if (kind === "customers.changed") void customerChanged(cache, String(body.customerId)).catch(() => undefined);
        else if (kind === "customers.arrived" || kind === "workspace.todo_changed") {
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
