import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { chain, entry, holding } from "@/test/access";
import { list, never, problem, renderPage, type Server } from "@/test/render";
import { task } from "@/test/rows";
import { AuditPage } from "./AuditPage";
import { RecordHistoryPage } from "./RecordHistoryPage";

const me = holding("access.audit.view", "access.audit.export", "access.employees.view");
const server: Server = {
  "GET /api/v1/audit/chain": () => chain(),
  "GET /api/v1/audit/actions": () => ({ items: [{ action: "customers.edited", title: "编辑客户", area: "customers" }, { action: "access.logged_in", title: "登录", area: "access" }] }),
  "GET /api/v1/audit/entries": () => list([entry()]),
  "GET /api/v1/audit/entries/*": () => entry(),
  "GET /api/v1/employees": () => list([{ id: "01a210ad-6dc0-734f-a753-f800fe38f7e0", displayName: "范春琴", roles: [] }]),
};
const page = { path: "/audit", me };

test("an entry opens with before and after, where from, and its seal", async () => {
  const { user } = await renderPage(<AuditPage />, server, page);
  await screen.findByText("编辑客户");
  await user.keyboard("j{Enter}");
  const panel = within(await screen.findByRole("dialog"));
  await waitFor(() => expect(panel.getByRole("row", { name: "电话 138****5678 186****0021" })).toBeVisible());
  expect(panel.getByText("203.0.113.7 · 四川省成都市")).toBeVisible();
  expect(panel.getByText("第 118 号")).toBeVisible();
  expect(panel.getByText("密码")).toBeVisible();
  await waitFor(() => expect(panel.getByText("范春琴")).toBeVisible());
  expect(panel.getByRole("link", { name: "这条记录的历史" })).toHaveAttribute("href", "/audit/records/c1");
  expect(panel.getByRole("link", { name: "同一会话的记录" })).toHaveAttribute("href", `/audit?sessionId=${entry().sessionId}`);
});

test("filters ask the server; days of Shanghai become instants, acts stand under their areas, a wrong address is told", async () => {
  const { user, calls } = await renderPage(<AuditPage />, server, { ...page, at: "/audit?from=2026-11-01&to=2026-11-30" });
  await vi.waitFor(() => expect(calls.find(({ path }) => path === "/api/v1/audit/entries")?.query.get("from")).toBe("2026-10-31T16:00:00.000Z"));
  expect(calls.find(({ path }) => path === "/api/v1/audit/entries")?.query.get("to")).toBe("2026-11-30T16:00:00.000Z");
  await waitFor(() => expect(screen.getByRole("button", { name: "时间: 2026-11-01 – 2026-11-30" })).toBeVisible());
  await user.click(await screen.findByRole("button", { name: "动作" }));
  await vi.waitFor(() => expect(screen.getByText("账号与权限")).toBeVisible());
  await user.click(screen.getByRole("checkbox", { name: "登录" }));
  await vi.waitFor(() => expect(calls.findLast(({ path }) => path === "/api/v1/audit/entries")?.query.get("action")).toBe("access.logged_in"));
  await user.click(screen.getByRole("button", { name: "IP" }));
  await user.type(await screen.findByRole("textbox", { name: "IP" }), "1.2.3{Enter}");
  await vi.waitFor(() => expect(screen.getByText("填完整的 IP 地址。")).toBeVisible());
});

test("the chain's state stands on top; it is verified again as a task, its head is handed out as a file", async () => {
  const saved: string[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL: () => undefined }));
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  let verified = 118;
  const { user, calls } = await renderPage(
    <AuditPage />,
    {
      ...server,
      "GET /api/v1/audit/chain": () => chain({ verified: { at: "2026-11-20T02:00:00Z", toSeal: verified, entries: 1, broken: null } }),
      "POST /api/v1/audit/verifications": () => ((verified = 120), task({ id: "k9", kind: "access.verify_audit" })),
      "GET /api/v1/tasks/*": () => task({ id: "k9", state: "done" }),
      "POST /api/v1/audit/heads": () => ({ head: "jws", tenant: "demo", n: 120, digest: "d", at: "2026-11-25T02:00:00Z" }),
    },
    page,
  );
  await waitFor(() => expect(screen.getByText(/^已验证到第 118 号 · /)).toBeVisible());
  await user.click(screen.getByRole("button", { name: "立即验证" }));
  await waitFor(() => expect(screen.getByText(/^已验证到第 120 号 · /)).toBeVisible());
  await user.click(screen.getByRole("button", { name: "导出链头" }));
  await vi.waitFor(() => expect(saved).toEqual(["audit-head-demo-120.json"]));
  expect(calls.filter(({ method, path }) => method === "POST" && path === "/api/v1/audit/heads")).toHaveLength(1);
  click.mockRestore();
});

test("a broken chain names its entry", async () => {
  await renderPage(<AuditPage />, { ...server, "GET /api/v1/audit/chain": () => chain({ verified: { at: "2026-11-20T02:00:00Z", toSeal: 90, entries: 1, broken: { kind: "changed", seal: 91, entryId: "a7", message: "第 91 号封印里的一条记录被改过" } } }) }, page);
  await waitFor(() => expect(screen.getByText("第 91 号封印里的一条记录被改过")).toBeVisible());
  expect(screen.getByRole("button", { name: "看这条记录" })).toBeVisible();
});

test("an export takes the filters of the list and a span of days", async () => {
  const { user, calls } = await renderPage(<AuditPage />, { ...server, "POST /api/v1/audit/exports": () => task({ id: "k8" }) }, { ...page, at: "/audit?from=2026-11-01&to=2026-11-02&client=ios" });
  await user.click(await screen.findByRole("button", { name: "导出 CSV" }));
  await user.click(await screen.findByRole("button", { name: "导出" }));
  await vi.waitFor(() => expect(calls.find(({ path }) => path.endsWith("/exports"))?.body).toEqual({ client: "ios", from: "2026-10-31T16:00:00.000Z", to: "2026-11-02T16:00:00.000Z" }));
});

test("empty, and without the permission to export there is none", async () => {
  await renderPage(<AuditPage />, { ...server, "GET /api/v1/audit/entries": () => list([]) }, { ...page, me: holding("access.audit.view") });
  await waitFor(() => expect(screen.getByText("还没有审计记录")).toBeVisible());
  expect(screen.queryByRole("button", { name: "导出 CSV" })).toBeNull();
  expect(screen.queryByRole("button", { name: "导出链头" })).toBeNull();
});
test("refused", async () => {
  const refused = () => problem(403, "core.forbidden", "没有“查看审计”权限");
  await renderPage(<AuditPage />, { ...server, "GET /api/v1/audit/entries": refused, "GET /api/v1/audit/chain": never }, page);
  await waitFor(() => expect(screen.getByText("没有“查看审计”权限")).toBeVisible());
});

const record = { path: "/audit/records/:subjectId", at: "/audit/records/c1", me };
test("a record's history is a timeline with its changes, and goes on to older entries", async () => {
  const { user } = await renderPage(<RecordHistoryPage />, { ...server, "GET /api/v1/audit/records/*": ({ query }) => (query.get("cursor") ? list([entry({ id: "a0", title: "新建客户", changes: [] })]) : { items: [entry()], nextCursor: "n" }) }, record);
  await waitFor(() => expect(screen.getByRole("heading", { name: /客户 王\*\* 的历史/ })).toBeVisible());
  expect(screen.getByRole("row", { name: "电话 138****5678 186****0021" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "更早的" }));
  await waitFor(() => expect(screen.getByText("新建客户")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "打开" }));
  await waitFor(() => expect(screen.getByText("elsewhere")).toBeVisible());
});
test("a record that nobody touched; a refusal", async () => {
  const answers = [list([]), problem(403, "core.forbidden", "没有“查看审计”权限")];
  const { cache } = await renderPage(<RecordHistoryPage />, { ...server, "GET /api/v1/audit/records/*": () => answers.shift() }, record);
  await waitFor(() => expect(screen.getByText("没有对它做过什么")).toBeVisible());
  await cache.resetQueries();
  await waitFor(() => expect(screen.getByText("没有“查看审计”权限")).toBeVisible());
});
