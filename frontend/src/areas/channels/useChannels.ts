import { useInfiniteQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";
import type { InboxRow } from "@/api/types";

const CHANNELS = ["get", "/api/v1/channels"] as const;
const CHANNEL = ["get", "/api/v1/channels/{channel_id}"] as const;
export const INBOX = ["get", "/api/v1/inbox-entries"] as const;
const ENTRY = ["get", "/api/v1/inbox-entries/{entry_id}"] as const;
const LIMIT = 100;

export const inboxStates = ["dead", "pending", "done", "duplicate", "ignored", "test"] as const;

export const useChannels = () => api.useQuery("get", "/api/v1/channels", { params: { query: { limit: 200 } } });
export const useChannel = (channelId: string) => api.useQuery("get", "/api/v1/channels/{channel_id}", { params: { path: { channel_id: channelId } } });

/** Deliveries, newest first; under one state or channel when given. */
export function useInbox(state: InboxRow["state"] | undefined, channelId: string | undefined) {
  const filter = { ...(state ? { state } : {}), ...(channelId ? { channelId } : {}) };
  return useInfiniteQuery({
    queryKey: [...INBOX, filter],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { items: InboxRow[]; nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/inbox-entries", { params: { query: { ...filter, limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
}

/** One delivery with its fields; read every second while it is pending. */
export const useEntry = (entryId: string | null) =>
  api.useQuery("get", "/api/v1/inbox-entries/{entry_id}", { params: { path: { entry_id: entryId ?? "" } } }, { enabled: entryId !== null, refetchInterval: ({ state }) => (state.data?.state === "pending" ? 1000 : false) });

export async function channelsChanged(cache: QueryClient): Promise<void> {
  await Promise.all([CHANNELS, CHANNEL, INBOX, ENTRY].map((queryKey) => cache.invalidateQueries({ queryKey })));
}

/** Refreshes channels and inbox after a write. */
export function useSettled(): () => Promise<void> {
  const cache = useQueryClient();
  return () => channelsChanged(cache);
}
