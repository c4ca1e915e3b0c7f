import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { LoginApproval, LoginRecord } from "@/api/types";
import { list, never, problem, renderPage } from "@/test/render";
import { LoginApprovalsPage } from "./LoginApprovalsPage";

const soon = () => new Date(Date.now() + 600_000).toISOString();
const approval = (part: Partial<LoginApproval> = {}): LoginApproval => ({
  id: "a1",
  version: 2,
  employee: { id: "e2", displayName: "周晓梅" },
  kind: "device",
  client: "web",
  deviceName: "Edge · Windows",
  ip: "125.70.1.1",
  place: "四川成都",
  signals: [{ code: "off_hours", text: "不是平时登录的时间" }],
  state: "waiting",
  createdAt: new Date().toISOString(),
  expiresAt: soon(),
  decidedBy: null,
  decidedAt: null,
  ...part,
});
const record = (part: Partial<LoginRecord> = {}): LoginRecord => ({
  id: "l1",
  at: new Date().toISOString(),
  employee: { id: "e2", displayName: "周晓梅" },
  client: "web",
  ip: "125.70.1.1",
  place: "四川成都",
  deviceState: "bound",
  outcome: "access.time-refused",
  message: "当前不在可登录时间",
  signals: [],
  ...part,
});
const show = (server: object, at = "/settings/login-approvals") => renderPage(<LoginApprovalsPage />, { "GET /api/v1/login-records": () => list([record()]), ...server }, { path: "/settings/login-approvals", at });

test("a request is decided with the person's last logins in sight", async () => {
  const { user, calls } = await show({ "GET /api/v1/login-approvals": () => list([approval()]), "POST /api/v1/login-approvals/*/decide": () => approval({ state: "approved" }) });
  await screen.findByText("周晓梅");
  await user.keyboard("j{Enter}");
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("他最近的登录")).toBeInTheDocument();
  expect(dialog.getByText("不是平时登录的时间")).toBeInTheDocument();
  await user.click(dialog.getByRole("button", { name: "批准周晓梅登录" }));
  await waitFor(() => {
    const sent = calls.find(({ path }) => path.endsWith("/decide"));
    expect(sent?.body).toEqual({ approve: true });
    expect(sent?.headers.get("If-Match")).toBe('"2"');
  });
});

test("refused, and a request that meanwhile lapsed says so", async () => {
  const { user, calls } = await show({ "GET /api/v1/login-approvals": () => list([approval()]), "POST /api/v1/login-approvals/*/decide": () => problem(409, "access.approval-settled", "这条登录申请已经处理或已过期") });
  await user.click(await screen.findByRole("button", { name: "处理" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "拒绝" }));
  expect(await screen.findByText("这条登录申请已经处理或已过期")).toBeInTheDocument();
  expect(calls.find(({ path }) => path.endsWith("/decide"))?.body).toEqual({ approve: false });
});

test("nothing waits; decided ones stay with who decided", async () => {
  const { user } = await show({
    "GET /api/v1/login-approvals": ({ query }: { query: URLSearchParams }) => list(query.get("state") === "waiting" ? [] : [approval({ state: "refused", decidedBy: { id: "e1", displayName: "王磊" }, decidedAt: new Date().toISOString() })]),
  });
  await waitFor(() => expect(screen.getByText("没有待批的登录")).toBeVisible());
  await user.click(screen.getByRole("tab", { name: "已处理" }));
  await waitFor(() => expect(screen.getByText("已拒绝")).toBeVisible());
  expect(screen.getByText("王磊")).toBeVisible();
});

test("login records tell why somebody was not let in, and can be narrowed", async () => {
  const { user, calls } = await show({ "GET /api/v1/login-approvals": () => list([]) }, "/settings/login-approvals?view=records");
  await waitFor(() => expect(screen.getByText("当前不在可登录时间")).toBeVisible());
  await user.click(screen.getByRole("button", { name: /^结果/ }));
  await user.click(await screen.findByRole("radio", { name: "被拒" }));
  await waitFor(() => expect(calls.findLast(({ path }) => path === "/api/v1/login-records")?.query.get("outcome")).toBe("refused"));
});

test("loading and refused", async () => {
  await show({ "GET /api/v1/login-approvals": never });
  await screen.findByRole("heading", { name: "登录审批" });
  expect(screen.queryByText("没有待批的登录")).toBeNull();
});

test("a refusal is told in the server's words", async () => {
  await show({ "GET /api/v1/login-approvals": () => problem(403, "core.forbidden", "需要“审批登录与管理设备”权限") });
  await waitFor(() => expect(screen.getByText("需要“审批登录与管理设备”权限")).toBeVisible());
});
