import { api } from "@/api/client";

export const LIST = ["get", "/api/v1/notifications"] as const;
export const UNREAD = ["get", "/api/v1/notifications/unread-count"] as const;

export function useUnread(): number {
  return api.useQuery("get", "/api/v1/notifications/unread-count", {}, { staleTime: 60_000 }).data?.unread ?? 0;
}
