import { useInfiniteQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";
import type { Employee, OrgUnit } from "@/api/types";

const EMPLOYEES = ["get", "/api/v1/employees"] as const;
const EMPLOYEE = ["get", "/api/v1/employees/{employee_id}"] as const;
const UNITS = ["get", "/api/v1/org-units"] as const;
const ROLES = ["get", "/api/v1/roles"] as const;
const LIMIT = 100;

export const staffStates = ["active", "suspended", "left", "locked"] as const;
export interface StaffFilters {
  unitId?: string | undefined;
  roleId?: string | undefined;
  state?: string | undefined;
}

/** Employees in one's scope by staff number; `search` is a name or number and stays out of the address. */
export function useStaff(filters: StaffFilters, search: string) {
  const wanted = Object.fromEntries(Object.entries({ ...filters, search: search || undefined }).filter(([, value]) => value));
  return useInfiniteQuery({
    queryKey: [...EMPLOYEES, "staff", wanted],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { items: Employee[]; nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) => data(client.GET("/api/v1/employees", { params: { query: { ...wanted, limit: LIMIT, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
  });
}

const one = (employeeId: string) => ({ params: { path: { employee_id: employeeId } } });
export const useEmployee = (employeeId: string) => api.useQuery("get", "/api/v1/employees/{employee_id}", one(employeeId));
export const useEmployeeSessions = (employeeId: string, enabled: boolean) => api.useQuery("get", "/api/v1/employees/{employee_id}/sessions", one(employeeId), { enabled });
export const useEmployeeDevices = (employeeId: string, enabled: boolean) => api.useQuery("get", "/api/v1/employees/{employee_id}/devices", one(employeeId), { enabled });
export const useUnits = () => api.useQuery("get", "/api/v1/org-units", {}, { staleTime: 60_000 });
export const useRoles = () => api.useQuery("get", "/api/v1/roles");

/** After a write about people: their lists, pages, sessions and devices are read again, and how many hold each role. */
export async function staffChanged(cache: QueryClient): Promise<void> {
  const keys = [EMPLOYEES, EMPLOYEE, ROLES, ["get", "/api/v1/employees/{employee_id}/sessions"], ["get", "/api/v1/employees/{employee_id}/devices"]];
  await Promise.all(keys.map((queryKey) => cache.invalidateQueries({ queryKey })));
}
export function useStaffChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return () => staffChanged(cache);
}
export function useUnitsChanged(): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([cache.invalidateQueries({ queryKey: UNITS }), staffChanged(cache)]);
  };
}

export interface UnitNode {
  unit: OrgUnit;
  depth: number;
  children: UnitNode[];
}

/** The units as a tree; siblings by their position, then by name. */
export function unitTree(units: readonly OrgUnit[]): UnitNode[] {
  const known = new Set(units.map(({ id }) => id));
  const below = (parentId: string | null, depth: number): UnitNode[] =>
    units
      .filter((unit) => (unit.parentId !== null && known.has(unit.parentId) ? unit.parentId : null) === parentId)
      .toSorted((a, b) => a.position - b.position || a.name.localeCompare(b.name, "zh-CN"))
      .map((unit) => ({ unit, depth, children: below(unit.id, depth + 1) }));
  return below(null, 0);
}

/** The tree as lines, each below its parent. */
export const flatUnits = (nodes: readonly UnitNode[]): UnitNode[] => nodes.flatMap((node) => [node, ...flatUnits(node.children)]);

/** Units to choose from; the depth is told by an indent, which a search for the name does not see. */
export const unitOptions = (units: readonly OrgUnit[]): { value: string; label: string; depth: number }[] =>
  flatUnits(unitTree(units)).map(({ unit, depth }) => ({ value: unit.id, label: unit.name, depth }));
