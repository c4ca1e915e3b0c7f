import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { client, data } from "@/api/client";
import { problemCode } from "@/api/problem";

const keyOf = (key: string) => ["preference", key] as const;

/** A value of any shape kept for this employee on the server (`/preferences/{key}` keeps objects, so it stands in one as `is`); `fallback` until one was saved. Writes are gathered for a second. */
export function usePreference<T>(key: string, fallback: T): readonly [T, (next: T) => void] {
  const cache = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { data: value } = useQuery({
    queryKey: keyOf(key),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      try {
        const kept = await data(client.GET("/api/v1/preferences/{key}", { params: { path: { key } } }));
        return (kept.value as { is: T }).is;
      } catch (error) {
        if (problemCode(error) === "workspace.preference-not-found") return null;
        throw error;
      }
    },
  });
  const save = useCallback(
    (next: T) => {
      cache.setQueryData(keyOf(key), next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        void client.PUT("/api/v1/preferences/{key}", { params: { path: { key } }, body: { value: { is: next } } }).catch(() => cache.invalidateQueries({ queryKey: keyOf(key) }));
      }, 1000);
    },
    [cache, key],
  );
  return [value ?? fallback, save];
}
