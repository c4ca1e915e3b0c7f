import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { holding, impact, places, policy } from "@/test/access";
import { list, never, problem, renderPage, type Server } from "@/test/render";
import { LoginPoliciesPage } from "./LoginPoliciesPage";

const roles = { items: [{ id: "r1", name: "业务员" }, { id: "r2", name: "财务" }] };
const server: Server = {
  "GET /api/v1/login-policies": () => ({ items: [policy()] }),
  "GET /api/v1/places": () => places(),
  "GET /api/v1/roles": () => roles,
  "POST /api/v1/login-policies/impact": () => impact(),
};
const me = holding("access.policies.manage", "access.employees.view");
const page = { path: "/settings/login-policies", me };
const card = (title: string) => within(screen.getByRole("region", { name: title }));
const writes = (calls: { method: string; path: string }[], method: string) => calls.filter((call) => call.method === method && call.path.startsWith("/api/v1/login-policies/p"));

test("each part is a card with the server's sentence; old data of places are told", async () => {
  await renderPage(<LoginPoliciesPage />, server, page);
  await waitFor(() => expect(screen.getByRole("heading", { name: "业务员 · 网页" })).toBeVisible());
  expect(card("IP").getByText("IP：只能从 203.0.113.0/24 登录")).toBeVisible();
  expect(card("无操作").getByText("无操作：30 分钟没有操作就锁定")).toBeVisible();
  expect(card("设备").getByRole("switch")).not.toBeChecked();
  expect(screen.getByText(/IP 归属地数据是 2021-10 的/)).toBeVisible();
  expect(screen.getByRole("radio", { name: "网页 ✓" })).toBeChecked();
});

test("the effect is looked at before saving, with whom it shuts out and which sessions end; then the version is sent", async () => {
  const { user, calls } = await renderPage(<LoginPoliciesPage />, { ...server, "PUT /api/v1/login-policies/*": () => policy({ version: 5 }) }, page);
  await user.click(await screen.findByRole("switch", { name: "时间限制" }));
  expect(card("时间").getByRole("img", { name: "一周可登录的时段" })).toBeVisible();
  await user.click(card("时间").getByRole("button", { name: "周日" }));
  await user.click(screen.getByRole("button", { name: "看影响并保存" }));
  const panel = within(await screen.findByRole("dialog"));
  await waitFor(() => expect(panel.getByText("20 次里 18 次")).toBeVisible());
  expect(panel.getByText("IP 15")).toBeVisible();
  expect(panel.getByText("当前网络不在允许登录的范围")).toBeVisible();
  await user.click(panel.getByRole("button", { name: "保存并结束 1 个会话" }));
  await vi.waitFor(() => expect(writes(calls, "PUT")).toHaveLength(1));
  const [put] = calls.filter(({ method }) => method === "PUT");
  expect(put?.headers.get("If-Match")).toBe('"4"');
  expect(put?.headers.get("Idempotency-Key")).toBeTruthy();
  expect(put?.body).toMatchObject({ parts: { ip: { allow: ["203.0.113.0/24"] }, time: { windows: [{ days: [1, 2, 3, 4, 5, 6, 7], start: "08:30", end: "20:30" }] }, device: null }, overrides: [] });
  const asked = calls.find(({ path }) => path.endsWith("/impact"));
  expect(asked?.body).toMatchObject({ draft: { roleId: "r1", client: "web" }, days: 30 });
  expect(await screen.findByText("已保存，1 秒内对在线会话生效")).toBeInTheDocument();
});

test("the server's errors stand at their fields", async () => {
  const invalid = problem(422, "core.invalid", "提交的内容有误，见各字段的说明", [
    { pointer: "/draft/parts/idle/minutes", code: "x", message: "不能小于 1" },
    { pointer: "/draft/parts/ip/allow/0", code: "x", message: "格式不对" },
  ]);
  const { user } = await renderPage(<LoginPoliciesPage />, { ...server, "POST /api/v1/login-policies/impact": () => invalid }, page);
  const minutes = await screen.findByLabelText("多久没有操作");
  await user.clear(minutes);
  await user.type(minutes, "0");
  await user.click(screen.getByRole("button", { name: "看影响并保存" }));
  await waitFor(() => expect(card("无操作").getByText("不能小于 1")).toBeVisible());
  expect(card("IP").getByText("格式不对")).toBeVisible();
});

test("somebody else's newer version is merged part by part", async () => {
  let fresh = policy();
  const answers = [problem(409, "core.stale", "已被别人修改"), policy({ version: 6 })];
  const { user, calls } = await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/login-policies": () => ({ items: [fresh] }), "PUT /api/v1/login-policies/*": () => answers.shift() }, page);
  await user.click(await screen.findByRole("switch", { name: "设备限制" }));
  fresh = policy({ version: 5, parts: { ...policy().parts, idle: { minutes: 10 } }, sentences: ["IP：只能从 203.0.113.0/24 登录", "无操作：10 分钟没有操作就锁定"] });
  await user.click(screen.getByRole("button", { name: "看影响并保存" }));
  await user.click(await screen.findByRole("button", { name: /^保存并结束/ }));
  await waitFor(() => expect(screen.getByText("别人刚改过这条策略，逐项选用哪一份")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "合并后继续" }));
  await user.click(screen.getByRole("button", { name: "看影响并保存" }));
  await user.click(await screen.findByRole("button", { name: /^保存并结束/ }));
  await vi.waitFor(() => expect(writes(calls, "PUT")).toHaveLength(2));
  const last = calls.findLast(({ method }) => method === "PUT");
  expect(last?.headers.get("If-Match")).toBe('"5"');
  expect(last?.body).toMatchObject({ parts: { idle: { minutes: 10 }, device: { max: 2, firstUse: "approve" } } });
});

test("an employee's policy follows the roles until a part is his own; overrides are marked", async () => {
  const staff = list([{ id: "e2", displayName: "陈明", orgUnit: { id: "u1", name: "抵押一组" }, roles: [{ id: "r1", code: "sales", name: "业务员" }] }]);
  const { user, calls } = await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/employees": () => staff, "POST /api/v1/login-policies": () => policy({ id: "p2", subject: { kind: "employee", id: "e2", name: "陈明" }, overrides: ["idle"] }) }, { ...page, at: "/settings/login-policies?employee=e2" });
  await waitFor(() => expect(screen.getByRole("heading", { name: "陈明 · 网页" })).toBeVisible());
  await waitFor(() => expect(card("无操作").getByText("业务员 · 无操作：30 分钟没有操作就锁定")).toBeVisible());
  await user.click(card("无操作").getByText("不限制"));
  expect(card("无操作").getByText("个人覆盖")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "看影响并保存" }));
  await user.click(await screen.findByRole("button", { name: /^保存并结束/ }));
  await vi.waitFor(() => expect(calls.find(({ method, path }) => method === "POST" && path === "/api/v1/login-policies")?.body).toMatchObject({ employeeId: "e2", client: "web", parts: { idle: null }, overrides: ["idle"] }));
});

test("the dry run answers in one line and says why, with an unsaved draft too", async () => {
  const staff = list([{ id: "e2", displayName: "陈明", orgUnit: { id: "u1", name: "抵押一组" }, roles: [] }]);
  const node = (text: string) => ({ code: "x", verdict: "no" as const, text, facts: {}, children: [] });
  const trial = { allowed: false, code: "access.ip-refused", message: "当前网络不在允许登录的范围", rule: "access.rule.ip", place: "江苏省南京市", explanation: { ...node("没有通过"), children: [node("IP 归属地：江苏省南京市")] } };
  const { user, calls } = await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/employees": () => staff, "POST /api/v1/login-policies/try": () => trial }, page);
  await user.click(await screen.findByRole("switch", { name: "设备限制" }));
  await user.click(screen.getByRole("tab", { name: "试一试" }));
  await user.click(await screen.findByLabelText("员工"));
  await user.click(await screen.findByText("陈明"));
  await user.type(screen.getByLabelText("IP"), "114.114.114.114");
  await user.click(screen.getByRole("button", { name: "能登录吗" }));
  await waitFor(() => expect(screen.getByText("不能登录：当前网络不在允许登录的范围")).toBeVisible());
  expect(screen.getByText("IP 归属地：江苏省南京市")).toBeVisible();
  expect(calls.find(({ path }) => path.endsWith("/try"))?.body).toMatchObject({ employeeId: "e2", ip: "114.114.114.114", device: "known", draft: { roleId: "r1", parts: { device: { max: 2 } } } });
});

test("the calendar joins days in a row, tells an uncovered year, and takes the company's own days", async () => {
  const off = (day: string) => ({ day, working: false, title: "春节", source: "state" as const, makeup: false });
  const { user, calls } = await renderPage(
    <LoginPoliciesPage />,
    {
      ...server,
      "GET /api/v1/calendar/*": ({ path }) => (path.endsWith("2026") ? { year: 2026, covered: true, days: [off("2026-02-16"), off("2026-02-17"), { day: "2026-12-18", working: false, title: "公司年会", source: "company", makeup: false }] } : { year: 2027, covered: false, days: [] }),
      "PUT /api/v1/calendar-days/*": ({ body }) => ({ day: "2027-03-01", source: "company", makeup: false, ...(body as object) }),
    },
    { ...page, at: "/settings/login-policies?tab=calendar&year=2026" },
  );
  await waitFor(() => expect(screen.getByText("02-16 周一 – 02-17 周二")).toBeVisible());
  expect(screen.getByText("2 天")).toBeVisible();
  expect(screen.getByRole("button", { name: "删除 2026-12-18" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "下一年" }));
  await waitFor(() => expect(screen.getByText("还没有 2027 年的国家放假安排，按周一至周五上班计算。")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "加一天" }));
  await user.type(await screen.findByLabelText("日期"), "2027-03-01{Enter}");
  await user.type(screen.getByLabelText("说明"), "团建");
  await user.click(screen.getByRole("button", { name: "保存" }));
  await vi.waitFor(() => expect(calls.find(({ method }) => method === "PUT")).toMatchObject({ path: "/api/v1/calendar-days/2027-03-01", body: { working: false, title: "团建" } }));
});

test("loading", async () => {
  await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/login-policies": never }, page);
  expect(await screen.findByText("载入中")).toBeInTheDocument();
});
test("refused; and nothing to choose from", async () => {
  await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/login-policies": () => problem(403, "core.forbidden", "没有“管理登录策略”权限") }, page);
  await waitFor(() => expect(screen.getByText("没有“管理登录策略”权限")).toBeVisible());
});
test("no role in sight and no policy yet", async () => {
  await renderPage(<LoginPoliciesPage />, { ...server, "GET /api/v1/login-policies": () => ({ items: [] }) }, { ...page, me: holding("access.policies.manage") });
  await waitFor(() => expect(screen.getByText("还没有登录策略")).toBeVisible());
});
