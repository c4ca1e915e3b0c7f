import { api } from "@/api/client";

export const LIST = ["get", "/api/v1/notifications"] as const;
export const UNREAD = ["get", "/api/v1/notifications/unread-count"] as const;

const paths: Record<string, (id: string) => string> = {
  customer: (id) => `/customers/${id}`,
  channel: (id) => `/channels/${id}`,
  inbox_entry: (id) => `/inbox?entry=${id}`,
};
/** The page of what a message or to-do is about; null when it has none. */
export const subjectPath = (subject: { type: string; id: string } | null): string | null => (subject && paths[subject.type]?.(subject.id)) ?? null;

export function useUnread(): number {
  return api.useQuery("get", "/api/v1/notifications/unread-count", {}, { staleTime: 60_000 }).data?.unread ?? 0;
}
