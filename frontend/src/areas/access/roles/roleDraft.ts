import type { Problem } from "@/api/problem";
import type { Me, PermissionCatalogue, Role, RoleIn } from "@/api/types";

export type Scope = Me["permissions"][number]["scope"];
export type Visibility = Me["fields"][number]["visibility"];
export const visibilities = ["hidden", "masked", "full"] as const satisfies readonly Visibility[];
/** What a role shows of a field that it says nothing about. */
const UNSAID: Visibility = "masked";

export interface RoleDraft {
  name: string;
  note: string;
  permissions: Readonly<Record<string, Scope>>;
  fields: Readonly<Record<string, Visibility>>;
  units: readonly string[];
}

const permissionsOf = (catalogue: PermissionCatalogue) => catalogue.areas.flatMap((area) => area.permissions);

/** A role as it is edited; a new one holds nothing and shows every graded field masked. */
export function draftOf(role: Role | null, catalogue: PermissionCatalogue): RoleDraft {
  const shown = new Map(role?.fields.map(({ field, visibility }) => [field, visibility]));
  return {
    name: role?.name ?? "",
    note: role?.note ?? "",
    permissions: Object.fromEntries(role?.permissions.map(({ permission, scope }) => [permission, scope]) ?? []),
    fields: Object.fromEntries([...shown, ...catalogue.fields.map(({ field }): [string, Visibility] => [field, shown.get(field) ?? UNSAID])]),
    units: role?.units ?? [],
  };
}

/** The whole role as the server takes it: what this page does not know stays as it was, and a field that was not said stays so while it is masked. */
export function bodyOf(draft: RoleDraft, role: Role | null, catalogue: PermissionCatalogue): RoleIn {
  const said = new Set(role?.fields.map(({ field }) => field));
  const order = permissionsOf(catalogue).map(({ code }) => code);
  const codes = [...order.filter((code) => code in draft.permissions), ...Object.keys(draft.permissions).filter((code) => !order.includes(code))];
  const custom = codes.some((code) => draft.permissions[code] === "custom");
  return {
    name: draft.name.trim(),
    note: draft.note.trim(),
    permissions: codes.map((permission) => ({ permission, scope: draft.permissions[permission] as Scope })),
    fields: Object.entries(draft.fields).flatMap(([field, visibility]) => (visibility !== UNSAID || said.has(field) ? [{ field, visibility }] : [])),
    units: custom ? [...draft.units] : [],
  };
}

export interface RoleErrors {
  name: string[];
  units: string[];
  permissions: Readonly<Record<string, string[]>>;
  fields: Readonly<Record<string, string[]>>;
  /** What has no row of its own. */
  rest: string[];
}

/** The errors of a refusal at the rows they are about: `/permissions/3/scope` is the fourth of the body that was sent. */
export function placeErrors(problem: Problem | null, body: RoleIn | null): RoleErrors {
  const placed = { name: [] as string[], units: [] as string[], permissions: {} as Record<string, string[]>, fields: {} as Record<string, string[]>, rest: [] as string[] };
  for (const { pointer, message } of problem?.errors ?? []) {
    const [what, at] = pointer.replace(/^#?\//, "").split("/");
    const index = Number(at);
    const permission = what === "permissions" ? body?.permissions[index]?.permission : undefined;
    const field = what === "fields" ? body?.fields[index]?.field : undefined;
    if (permission) (placed.permissions[permission] ??= []).push(message);
    else if (field) (placed.fields[field] ??= []).push(message);
    else if (what === "name" || what === "units") placed[what].push(message);
    else placed.rest.push(message);
  }
  return placed;
}

/** Menus that a draft opens; the server tells them for a saved role. */
export const menusOf = (draft: RoleDraft, catalogue: PermissionCatalogue): string[] => catalogue.menus.filter(({ permission }) => permission === null || permission in draft.permissions).map(({ key }) => key);

/** The scope that a newly given permission starts with: the one most of the role has, else the narrowest. */
export function usualScope(draft: RoleDraft, catalogue: PermissionCatalogue): Scope {
  const counts = new Map<Scope, number>();
  for (const { code, scoped } of permissionsOf(catalogue)) {
    const scope = draft.permissions[code];
    if (scoped && scope) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "self";
}

/**
 * What one surely may not give, so that it need not be tried: permissions one lacks, scopes and visibilities beyond one's own.
 * What the role had before may stay. The server has the last word.
 */
export function limitsOf(me: Me, catalogue: PermissionCatalogue, before: RoleDraft) {
  const own = new Map(me.permissions.map(({ permission, scope }) => [permission, scope]));
  const seen = new Map(me.fields.map(({ field, visibility }) => [field, visibility]));
  const rank = (scope: Scope) => catalogue.scopes.indexOf(scope);
  return {
    mayGive: (code: string) => own.has(code) || code in before.permissions,
    mayScope: (code: string, scope: Scope) => {
      const held = own.get(code);
      if (before.permissions[code] === scope || scope === "self" || scope === "custom") return true;
      return held !== undefined && rank(scope) <= rank(held);
    },
    mayShow: (field: string, visibility: Visibility) => before.fields[field] === visibility || visibilities.indexOf(visibility) <= visibilities.indexOf(seen.get(field) ?? UNSAID),
    ownScope: (code: string): Scope | undefined => own.get(code),
  };
}
export type Limits = ReturnType<typeof limitsOf>;
