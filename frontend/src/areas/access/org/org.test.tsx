import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { EmployeeDetail, Me, OrgUnit } from "@/api/types";
import { list, never, problem, renderPage } from "@/test/render";
import { allowed, me } from "@/test/rows";
import { EmployeePage } from "./EmployeePage";
import { OrgPage } from "./OrgPage";

const unit = (id: string, name: string, parentId: string | null, kind: OrgUnit["kind"]): OrgUnit => ({ id, version: 1, parentId, kind, name, position: 0 });
const units = [unit("u0", "信达助贷", null, "company"), unit("u1", "抵押部", "u0", "department"), unit("u2", "抵押一组", "u1", "team")];
const role = { id: "r1", code: "sales", name: "业务员" };
const roles = { items: [{ ...role, version: 1, note: "", builtin: true, employees: 3, permissions: [], fields: [], units: [], allowedActions: [] }] };
const row = { id: "e2", displayName: "周晓梅", employeeNo: "1013", username: "sales13", orgUnit: { id: "u2", name: "抵押一组" }, onDuty: false, active: true, roles: [role] };
const employee = (part: Partial<EmployeeDetail> = {}): EmployeeDetail => ({
  ...row,
  version: 4,
  phone: { value: "138****8000", masked: true },
  mustChangePassword: false,
  leftAt: null,
  factors: { totp: true, passkeys: 2 },
  lockedUntil: null,
  lastLoginAt: null,
  allowedActions: allowed("edit", "deactivate", "reset_password", "reset_factors"),
  ...part,
});
const boss = { ...me, permissions: ["access.employees.view", "access.employees.manage", "access.units.manage", "access.sessions.manage"].map((permission) => ({ permission, scope: "company" as const })) };
const server = { "GET /api/v1/org-units": () => ({ items: units }), "GET /api/v1/roles": () => roles, "GET /api/v1/employees": () => list([row]) };
const org = (more: object = {}, at = "/settings/org", who: Me = boss) => renderPage(<OrgPage />, { ...server, ...more }, { path: "/settings/org", at, me: who });

test("people of the chosen unit, found by name without the name in the address", async () => {
  const { user, calls, router } = await org();
  expect(await screen.findByRole("link", { name: "周晓梅" })).toHaveAttribute("href", "/settings/org/e2");
  await user.click(screen.getByRole("button", { name: "抵押一组" }));
  await waitFor(() => expect(calls.findLast(({ path }) => path === "/api/v1/employees")?.query.get("unitId")).toBe("u2"));
  expect(router.state.location.search).toBe("?unitId=u2");
  await user.type(screen.getByLabelText("姓名或工号开头"), "周");
  await waitFor(() => expect(calls.findLast(({ path }) => path === "/api/v1/employees")?.query.get("search")).toBe("周"));
  expect(router.state.location.search).toBe("?unitId=u2");
});

test("an empty unit says where its people may be", async () => {
  await org({ "GET /api/v1/employees": () => list([]) }, "/settings/org?unitId=u1");
  await waitFor(() => expect(screen.getByText("抵押部没有直属员工")).toBeVisible());
});

test("a refused list is told in the server's words", async () => {
  await org({ "GET /api/v1/employees": () => problem(403, "core.forbidden", "需要“查看员工”权限") });
  await waitFor(() => expect(screen.getByText("需要“查看员工”权限")).toBeVisible());
});

test("while it loads nothing is empty", async () => {
  await org({ "GET /api/v1/employees": never });
  await waitFor(() => expect(screen.getByRole("navigation", { name: "组织" })).toBeVisible());
  expect(screen.queryByText("还没有员工")).toBeNull();
});

test("a new employee in one form, the password shown once", async () => {
  const { user, calls } = await org({ "POST /api/v1/employees": () => ({ employee: employee(), password: "abcd-efgh-jkmn" }) }, "/settings/org?unitId=u2");
  await screen.findByText("周晓梅");
  await user.keyboard("n");
  const drawer = within(await screen.findByRole("dialog"));
  await user.type(await drawer.findByLabelText("姓名"), "周晓梅");
  await user.type(drawer.getByLabelText("账号"), "sales13");
  await user.click(drawer.getByLabelText("角色"));
  await user.click((await screen.findAllByTitle("业务员")).at(-1) as HTMLElement);
  await user.click(drawer.getByRole("button", { name: "新建员工" }));
  await waitFor(() => expect(screen.getByText("abcd-efgh-jkmn")).toBeVisible());
  expect(screen.getByText("他登录后必须换成自己的密码。")).toBeVisible();
  const sent = calls.find(({ method, path }) => method === "POST" && path === "/api/v1/employees");
  expect(sent?.body).toEqual({ displayName: "周晓梅", username: "sales13", unitId: "u2", roleIds: ["r1"] });
  await user.click(screen.getByRole("button", { name: "再建一个" }));
  expect(screen.queryByText("abcd-efgh-jkmn")).toBeNull();
});

test("a role beyond one's own is told at the roles", async () => {
  const refused = problem(403, "access.beyond-own", "超出你自己的权限", [{ pointer: "/roleIds/0", code: "access.beyond-own", message: "你没有“管理角色”" }]);
  const { user } = await org({ "POST /api/v1/employees": () => refused }, "/settings/org?unitId=u2&new=1");
  const drawer = within(await screen.findByRole("dialog"));
  await user.type(await drawer.findByLabelText("姓名"), "周");
  await user.type(drawer.getByLabelText("账号"), "z1");
  await user.click(drawer.getByLabelText("角色"));
  await user.click((await screen.findAllByTitle("业务员")).at(-1) as HTMLElement);
  await user.click(drawer.getByRole("button", { name: "新建员工" }));
  await waitFor(() => expect(drawer.getByText("你没有“管理角色”")).toBeVisible());
  expect(drawer.getByLabelText("角色")).toHaveAccessibleDescription("你没有“管理角色”");
});

test("a unit that is in use stays, with the server's reason", async () => {
  const { user } = await org({ "DELETE /api/v1/org-units/*": () => problem(409, "access.unit-in-use", "不能删除：里面有员工（含已停用的）") }, "/settings/org?unitId=u2");
  await user.click(await screen.findByRole("button", { name: "抵押一组的更多操作" }));
  await user.click(await screen.findByRole("menuitem", { name: "删除" }));
  await user.click(await screen.findByRole("button", { name: "删除抵押一组" }));
  await waitFor(() => expect(screen.getByText("不能删除：里面有员工（含已停用的）")).toBeVisible());
});

test("a new team goes below the chosen department", async () => {
  const { user, calls } = await org({ "POST /api/v1/org-units": () => unit("u9", "抵押二组", "u1", "team") }, "/settings/org?unitId=u1");
  await user.click(await screen.findByRole("button", { name: "在抵押部下新建组织" }));
  await user.type(await screen.findByLabelText("名称"), "抵押二组{Control>}{Enter}{/Control}");
  await waitFor(() => expect(calls.find(({ method }) => method === "POST")?.body).toEqual({ name: "抵押二组", kind: "team", parentId: "u1" }));
});

test("without the permissions nothing can be made", async () => {
  await org({}, "/settings/org?unitId=u1", { ...me, permissions: [{ permission: "access.employees.view", scope: "team" }] });
  await screen.findByText("周晓梅");
  expect(screen.queryByRole("button", { name: "新建员工" })).toBeNull();
  expect(screen.queryByRole("button", { name: /更多操作/ })).toBeNull();
});

const session = { id: "s9", client: "web" as const, current: false, device: { id: "d1", name: "Chrome · Windows", state: "bound" as const }, ip: "125.70.1.1", place: "成都", createdAt: new Date().toISOString(), lastUsedAt: new Date().toISOString(), expiresAt: new Date().toISOString(), factor: null };
const device = { id: "d1", version: 1, client: "web" as const, name: "Chrome · Windows", state: "bound" as const, current: false, keyBound: true, lastIp: "125.70.1.1", place: "成都", lastUsedAt: new Date().toISOString(), boundAt: null, push: false };
const page = (more: object = {}, who: Me = boss) =>
  renderPage(
    <EmployeePage />,
    { ...server, "GET /api/v1/employees/*": () => employee(), "GET /api/v1/employees/*/sessions": () => ({ items: [session] }), "GET /api/v1/employees/*/devices": () => ({ items: [device] }), ...more },
    { path: "/settings/org/:employeeId", at: "/settings/org/e2", me: who },
  );

test("an employee's account: facts, masked phone, live sessions that can be ended", async () => {
  const { user, calls } = await page({ "DELETE /api/v1/employees/*/sessions/*": () => null });
  await waitFor(() => expect(screen.getByText("138****8000")).toBeVisible());
  expect(screen.getByText("验证器、2 个通行密钥")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "结束Chrome · Windows的登录" }));
  await waitFor(() => expect(calls.find(({ method }) => method === "DELETE")?.path).toBe("/api/v1/employees/e2/sessions/s9"));
});

test("a reset password is shown once, after what follows from it was said", async () => {
  const { user } = await page({ "POST /api/v1/employees/*/reset-password": () => ({ password: "wxyz-2345-abcd" }) });
  await user.click(await screen.findByRole("button", { name: "重置密码" }));
  const dialog = within(await screen.findByRole("dialog"));
  await waitFor(() => expect(dialog.getByText("他的全部登录立即结束")).toBeVisible());
  await user.click(dialog.getByRole("button", { name: "重置密码" }));
  await waitFor(() => expect(screen.getByText("wxyz-2345-abcd")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "我已复制" }));
  await waitFor(() => expect(screen.queryByText("wxyz-2345-abcd")).toBeNull());
});

test("leaving: the consequences are listed, and the version seen goes along", async () => {
  const { user, calls } = await page({ "POST /api/v1/employees/*/deactivate": () => employee({ active: false }) });
  await user.click(await screen.findByRole("button", { name: "停用" }));
  const dialog = within(await screen.findByRole("dialog"));
  await waitFor(() => expect(dialog.getByText("他的接口密钥全部吊销，不能恢复")).toBeVisible());
  await user.click(dialog.getByRole("button", { name: "停用周晓梅" }));
  await waitFor(() => {
    const sent = calls.find(({ path }) => path.endsWith("/deactivate"));
    expect(sent?.body).toEqual({ reason: "left" });
    expect(sent?.headers.get("If-Match")).toBe('"4"');
  });
});

test("only what was changed is sent; a masked number stays", async () => {
  const { user, calls } = await page({ "PATCH /api/v1/employees/*": () => employee() });
  await user.click(await screen.findByRole("button", { name: "编辑" }));
  const drawer = within(await screen.findByRole("dialog"));
  const name = await drawer.findByLabelText("姓名");
  await user.clear(name);
  await user.type(name, "周梅");
  expect(drawer.getByText("现在是 138****8000，不填保持不变。")).toBeVisible();
  await user.click(drawer.getByRole("button", { name: "保存" }));
  await waitFor(() => expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ displayName: "周梅" }));
});

test("what is refused explains itself, and a locked account can be opened", async () => {
  const actions = allowed("edit", "deactivate").map((action) => (action.action === "deactivate" ? { ...action, allowed: false, reason: { code: "access.last-administrator", message: "这样做之后就没有管理员了" } } : action));
  const { user, calls } = await page({ "GET /api/v1/employees/*": () => employee({ lockedUntil: new Date(Date.now() + 600_000).toISOString(), allowedActions: actions }), "POST /api/v1/employees/*/unlock": () => null });
  expect(await screen.findByRole("button", { name: /停用.*这样做之后就没有管理员了/ })).toHaveAttribute("aria-disabled", "true");
  expect(screen.getByText("已锁定")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "解除锁定" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "解除锁定" }));
  await waitFor(() => expect(calls.some(({ path }) => path === "/api/v1/employees/e2/unlock")).toBe(true));
});

test("out of sight is not there", async () => {
  await page({ "GET /api/v1/employees/*": () => problem(404, "access.employee-not-found", "") });
  await waitFor(() => expect(screen.getByText("不存在或无权查看")).toBeVisible());
});
