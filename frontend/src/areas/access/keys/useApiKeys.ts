import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";

const KEYS = ["get", "/api/v1/api-keys"] as const;

/** All keys of the company, newest first, ended ones too. */
export const useApiKeys = () =>
  useInfiniteQuery({
    queryKey: KEYS,
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/api-keys", { params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
export const useCatalogue = (enabled: boolean) => api.useQuery("get", "/api/v1/permissions", {}, { enabled, staleTime: 5 * 60_000 });

export function useKeysChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: KEYS });
}
