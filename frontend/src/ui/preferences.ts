import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { client, data } from "@/api/client";

const PREFERENCES = ["get", "/api/v1/preferences"] as const;
type Kept = Record<string, unknown>;
const PAUSE = 1000;
const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** All that this employee has kept; one read a session serves every table, view and switch. */
const preferences = {
  queryKey: PREFERENCES,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<Kept> => {
    const kept = await data(client.GET("/api/v1/preferences"));
    return Object.fromEntries(kept.map(({ key, value }) => [key, value.is]));
  },
};

/** Keeps a value for the employee on the server (which keeps objects, so it stands in one as `is`); writes are gathered for a second. */
export function keepPreference(cache: QueryClient, key: string, next: unknown): void {
  cache.setQueryData<Kept>(PREFERENCES, (all) => ({ ...all, [key]: next }));
  clearTimeout(waiting.get(key));
  const send = () => void client.PUT("/api/v1/preferences/{key}", { params: { path: { key } }, body: { value: { is: next } } }).catch(() => cache.invalidateQueries({ queryKey: PREFERENCES }));
  waiting.set(key, setTimeout(send, PAUSE));
}

export const readPreferences = (cache: QueryClient): Promise<Kept> => cache.fetchQuery(preferences);

/** A value of any shape kept for this employee; `fallback` until one was saved. */
export function usePreference<T>(key: string, fallback: T): readonly [T, (next: T) => void] {
  const cache = useQueryClient();
  const { data: all } = useQuery(preferences);
  const save = useCallback((next: T) => keepPreference(cache, key, next), [cache, key]);
  return [(all?.[key] as T | undefined) ?? fallback, save];
}
