import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";

const ROLES = ["get", "/api/v1/roles"] as const;
const ROLE = ["get", "/api/v1/roles/{role_id}"] as const;
const PREVIEW = ["get", "/api/v1/roles/{role_id}/preview"] as const;
const EMPLOYEE = ["get", "/api/v1/employees/{employee_id}"] as const;
const EMPLOYEES = ["get", "/api/v1/employees"] as const;
const ME = ["get", "/api/v1/me"] as const;

const one = (roleId: string) => ({ params: { path: { role_id: roleId } } });
export const useRoleList = () => api.useQuery("get", "/api/v1/roles");
export const useRole = (roleId: string | null) => api.useQuery("get", "/api/v1/roles/{role_id}", one(roleId ?? ""), { enabled: roleId !== null });
export const useRolePreview = (roleId: string | null) => api.useQuery("get", "/api/v1/roles/{role_id}/preview", one(roleId ?? ""), { enabled: roleId !== null });
/** What roles can be made of; it changes with the release only. */
export const useCatalogue = () => api.useQuery("get", "/api/v1/permissions", {}, { staleTime: Number.POSITIVE_INFINITY });

/** After a write about roles: they, who holds them, and what one may do oneself are read again. */
export function useRolesChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([ROLES, ROLE, PREVIEW, EMPLOYEE, EMPLOYEES, ME].map((queryKey) => cache.invalidateQueries({ queryKey })));
  };
}
