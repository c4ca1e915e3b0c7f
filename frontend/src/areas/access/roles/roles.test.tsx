import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { PermissionCatalogue, Role } from "@/api/types";
import { previewedRole, previewRole } from "@/api/preview";
import { never, problem, renderPage } from "@/test/render";
import { allowed, me } from "@/test/rows";
import { bodyOf, draftOf, limitsOf, placeErrors } from "./roleDraft";
import { RolePage } from "./RolePage";
import { RolesPage } from "./RolesPage";

afterEach(() => previewRole(null));

const catalogue: PermissionCatalogue = {
  areas: [
    { code: "customers", permissions: [{ code: "customers.view", title: "查看客户", scoped: true }, { code: "customers.create", title: "新建客户", scoped: true }] },
    { code: "products", permissions: [{ code: "products.view", title: "查看产品", scoped: false }, { code: "products.manage", title: "编辑产品", scoped: false }] },
  ],
  fields: [
    { field: "customer.phone", title: "电话", grade: "personal" },
    { field: "customer.id_number", title: "身份证号", grade: "sensitive" },
  ],
  scopes: ["self", "team", "team_below", "department", "custom", "company"],
  menus: [
    { key: "today", permission: null },
    { key: "customers", permission: "customers.view" },
    { key: "products", permission: "products.view" },
  ],
};
const role = (part: Partial<Role> = {}): Role => ({
  id: "r1",
  version: 5,
  code: "sales",
  name: "业务员",
  note: "跟进自己的客户",
  builtin: true,
  employees: 12,
  permissions: [{ permission: "customers.view", scope: "self" }],
  fields: [{ field: "customer.phone", visibility: "full" }],
  units: [],
  allowedActions: allowed("edit", "copy", "delete", "preview"),
  ...part,
});
const boss = {
  ...me,
  permissions: [
    { permission: "access.roles.manage", scope: "company" as const },
    { permission: "customers.view", scope: "department" as const },
    { permission: "customers.create", scope: "company" as const },
    { permission: "products.view", scope: "company" as const },
  ],
  fields: [{ field: "customer.phone", visibility: "full" as const }],
};
const menus = [{ key: "today", path: "/today", group: "home" }, { key: "customers", path: "/customers", group: "customers" }];
const server = {
  "GET /api/v1/permissions": () => catalogue,
  "GET /api/v1/roles": () => ({ items: [role(), role({ id: "r2", name: "华东复核", builtin: false, employees: 0 })] }),
  "GET /api/v1/roles/*": () => role(),
  "GET /api/v1/roles/*/preview": () => ({ menus, permissions: [], fields: [] }),
  "GET /api/v1/org-units": () => ({ items: [{ id: "u0", version: 1, parentId: null, kind: "company", name: "信达助贷", position: 0 }] }),
};
const editor = (more: object = {}, at = "/settings/roles/r1") => renderPage(<RolePage />, { ...server, ...more }, { path: "/settings/roles/:roleId", at, me: boss });

test("the list tells who holds each role, and why a built-in one stays", async () => {
  const builtin = role({ allowedActions: allowed("edit", "copy", "preview").concat({ action: "delete", allowed: false, reason: { code: "access.role-builtin", message: "内置角色不能删除" } }) });
  await renderPage(<RolesPage />, { ...server, "GET /api/v1/roles": () => ({ items: [builtin] }) }, { path: "/settings/roles", me: boss });
  expect(await screen.findByRole("link", { name: "12" })).toHaveAttribute("href", "/settings/org?roleId=r1");
  const remove = screen.getByRole("button", { name: "删除：业务员" });
  expect(remove).toHaveAttribute("aria-disabled", "true");
  expect(remove).toHaveAttribute("title", "内置角色不能删除");
});

test("a refused list says so, a waiting one is not empty", async () => {
  await renderPage(<RolesPage />, { ...server, "GET /api/v1/roles": () => problem(403, "core.forbidden", "需要“查看员工”权限") }, { path: "/settings/roles", me: boss });
  await waitFor(() => expect(screen.getByText("需要“查看员工”权限")).toBeVisible());
});

test("while it loads no role is empty", async () => {
  await renderPage(<RolesPage />, { ...server, "GET /api/v1/roles": never }, { path: "/settings/roles", me: boss });
  await screen.findByRole("heading", { name: "角色" });
  expect(screen.queryByText("还没有角色")).toBeNull();
});

test("a permission is given with a scope, the menu shows what it opens, and the whole role is sent", async () => {
  const { user, calls } = await editor({ "PUT /api/v1/roles/*": () => role({ version: 6 }) });
  const menu = await screen.findByRole("heading", { name: "看到的菜单" });
  await user.click(await screen.findByRole("checkbox", { name: "查看产品" }));
  await waitFor(() => expect(within(menu.closest("section") as HTMLElement).getByText("新增")).toBeVisible());
  await user.click(screen.getByRole("checkbox", { name: "新建客户" }));
  await user.click(screen.getByRole("button", { name: "保存" }));
  await waitFor(() => {
    const sent = calls.find(({ method }) => method === "PUT");
    expect(sent?.headers.get("If-Match")).toBe('"5"');
    expect(sent?.body).toEqual({
      name: "业务员",
      note: "跟进自己的客户",
      permissions: [
        { permission: "customers.view", scope: "self" },
        { permission: "customers.create", scope: "self" },
        { permission: "products.view", scope: "company" },
      ],
      fields: [{ field: "customer.phone", visibility: "full" }],
      units: [],
    });
  });
});

test("what one lacks cannot be given and says why", async () => {
  await editor();
  const box = await screen.findByRole("checkbox", { name: "编辑产品" });
  expect(box).toBeDisabled();
  expect(box).toHaveAccessibleDescription("你没有这项权限，不能授予。");
  const shown = within(screen.getByRole("radiogroup", { name: "身份证号" }));
  expect(shown.getByRole("radio", { name: "明文" })).toBeDisabled();
  expect(shown.getByRole("radio", { name: "隐藏" })).toBeEnabled();
});

test("the server's refusal stands at the rows it is about", async () => {
  const refused = problem(403, "access.beyond-own", "超出你自己的权限：新建客户", [
    { pointer: "/permissions/1/scope", code: "access.beyond-own", message: "你的数据范围没有这么大" },
    { pointer: "/name", code: "x", message: "名称已存在" },
  ]);
  const { user } = await editor({ "PUT /api/v1/roles/*": () => refused });
  await user.click(await screen.findByRole("checkbox", { name: "新建客户" }));
  await user.click(screen.getByRole("button", { name: "保存" }));
  const line = (await screen.findByText("你的数据范围没有这么大")).closest("li") as HTMLElement;
  expect(within(line).getByText("新建客户")).toBeVisible();
  expect(screen.getByText("名称已存在")).toBeVisible();
  expect(screen.getByText("请求编号 req-1")).toBeVisible();
});

test("leaving with unsaved changes is asked about; previewing waits for them", async () => {
  const { user, router } = await editor();
  await user.click(await screen.findByRole("checkbox", { name: "查看产品" }));
  expect(screen.getByRole("button", { name: /以此角色预览.*先保存，再预览/ })).toHaveAttribute("aria-disabled", "true");
  await user.click(screen.getByRole("link", { name: "角色" }));
  await waitFor(() => expect(screen.getByText("填写的内容还没有保存。")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "留下" }));
  expect(router.state.location.pathname).toBe("/settings/roles/r1");
  expect(screen.getByRole("checkbox", { name: "查看产品" })).toBeChecked();
});

test("previewing goes home as that role, and every call after it says so", async () => {
  const { user, router } = await editor();
  await user.click(await screen.findByRole("button", { name: "以此角色预览" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  expect(previewedRole()).toEqual({ id: "r1", name: "业务员" });
});

test("a copy is named and opened", async () => {
  const { user, calls, router } = await editor({ "POST /api/v1/roles/*/copy": () => role({ id: "r7", name: "业务员（副本）" }) });
  await user.click(await screen.findByRole("button", { name: "复制" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByLabelText("名称")).toHaveValue("业务员（副本）");
  await user.click(dialog.getByRole("button", { name: "复制" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/roles/r7"));
  expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ name: "业务员（副本）" });
});

test("a new role is made and then stands at its own address", async () => {
  const { user, calls, router } = await editor({ "POST /api/v1/roles": () => role({ id: "r9", name: "华东复核" }) }, "/settings/roles/new");
  await user.type(await screen.findByLabelText("名称"), "华东复核");
  await user.click(screen.getByRole("checkbox", { name: "查看客户" }));
  await user.click(screen.getByRole("button", { name: "新建" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/roles/r9"));
  expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ name: "华东复核", note: "", permissions: [{ permission: "customers.view", scope: "self" }], fields: [], units: [] });
});

test("what the page does not know of a role stays in it, and errors find their rows by the body that was sent", () => {
  const known = role({ permissions: [{ permission: "newer.thing", scope: "team" }, { permission: "customers.view", scope: "custom" }], units: ["u1"] });
  const body = bodyOf(draftOf(known, catalogue), known, catalogue);
  expect(body.permissions).toEqual([{ permission: "customers.view", scope: "custom" }, { permission: "newer.thing", scope: "team" }]);
  expect(body.units).toEqual(["u1"]);
  const limits = limitsOf(boss, catalogue, draftOf(null, catalogue));
  expect(limits.mayScope("customers.view", "company")).toBe(false);
  expect(limits.mayScope("customers.view", "department")).toBe(true);
  expect(placeErrors(null, body).rest).toEqual([]);
});
