import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";

const POLICIES = ["get", "/api/v1/login-policies"] as const;
const CALENDAR = ["get", "/api/v1/calendar/{year}"] as const;

/** All policies of the company: some dozens at most. */
export const usePolicies = () => api.useQuery("get", "/api/v1/login-policies", {});
export const usePlaces = () => api.useQuery("get", "/api/v1/places", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useRoleNames = (enabled: boolean) => api.useQuery("get", "/api/v1/roles", {}, { enabled, staleTime: 60_000 });
export const useStaff = (enabled = true) => api.useQuery("get", "/api/v1/employees", { params: { query: { limit: 200, active: true } } }, { enabled, staleTime: 5 * 60_000 });
export const useCalendar = (year: number) => api.useQuery("get", "/api/v1/calendar/{year}", { params: { path: { year } } });

export const policiesChanged = (cache: QueryClient): Promise<void> => cache.invalidateQueries({ queryKey: POLICIES });
export function useCalendarChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: CALENDAR });
}
