import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { apiKey, holding } from "@/test/access";
import { list, never, problem, renderPage, type Server } from "@/test/render";
import { allowed } from "@/test/rows";
import { ApiKeysPage } from "./ApiKeysPage";

const catalogue = { areas: [{ code: "customers", permissions: [{ code: "customers.view", title: "查看客户", scoped: true }, { code: "customers.edit", title: "编辑客户", scoped: true }] }], fields: [], scopes: [], menus: [] };
const server: Server = { "GET /api/v1/api-keys": () => list([apiKey()]), "GET /api/v1/permissions": () => catalogue };
const page = { path: "/settings/api-keys", me: holding("access.keys.manage", "access.employees.view", "customers.view") };

test("a new key: permissions by title and only one's own, networks checked at the field, the secret shown once", async () => {
  const { user, calls } = await renderPage(<ApiKeysPage />, { ...server, "GET /api/v1/api-keys": () => list([]), "POST /api/v1/api-keys": () => ({ ...apiKey(), secret: "ak_abc" }) }, page);
  await waitFor(() => expect(screen.getByText("还没有接口密钥")).toBeVisible());
  await user.keyboard("n");
  const form = within(await screen.findByRole("dialog"));
  await user.type(await form.findByLabelText("名称"), "数据看板");
  await user.click(form.getByLabelText("权限"));
  await user.click(await screen.findByText("查看客户", { selector: ".ant-select-item-option-content" }));
  expect(screen.queryByText("编辑客户")).toBeNull();
  await user.type(form.getByLabelText("只能从这些网段调用"), "300.0.0.1,");
  await waitFor(() => expect(form.getByText("不是 IP 网段: 300.0.0.1")).toBeVisible());
  await user.click(form.getByRole("button", { name: "去掉 300.0.0.1" }));
  await user.type(form.getByLabelText("只能从这些网段调用"), "203.0.113.0/24,2001:db8::/32,");
  await user.click(form.getByRole("button", { name: "新建" }));
  await waitFor(() => expect(screen.getByText("ak_abc")).toBeVisible());
  expect(screen.getByText("密钥只显示这一次，现在复制保存。")).toBeVisible();
  const sent = calls.find(({ method, path }) => method === "POST" && path === "/api/v1/api-keys");
  expect(sent?.body).toMatchObject({ name: "数据看板", permissions: ["customers.view"], networks: ["203.0.113.0/24", "2001:db8::/32"] });
  expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "已保存" }));
  await vi.waitFor(() => expect(screen.queryByText("ak_abc")).toBeNull());
});

test("what the server refuses of the permissions stands at their field", async () => {
  const refused = problem(403, "access.api-key-beyond-own", "密钥不能超出你自己的权限和数据范围", [{ pointer: "/permissions/0", code: "x", message: "你没有“查看客户”权限，或范围比该员工小" }]);
  const { user } = await renderPage(<ApiKeysPage />, { ...server, "POST /api/v1/api-keys": () => refused }, { ...page, at: "/settings/api-keys?new=1" });
  const form = within(await screen.findByRole("dialog"));
  await user.type(await form.findByLabelText("名称"), "看板");
  await user.click(form.getByLabelText("权限"));
  await user.click(await screen.findByText("查看客户", { selector: ".ant-select-item-option-content" }));
  await user.click(form.getByRole("button", { name: "新建" }));
  await waitFor(() => expect(form.getByText("你没有“查看客户”权限，或范围比该员工小")).toBeVisible());
});

test("a key is revoked after its consequence is told, with its version", async () => {
  const { user, calls } = await renderPage(<ApiKeysPage />, { ...server, "POST /api/v1/api-keys/*/revoke": () => apiKey({ revokedAt: "2026-11-25T02:00:00Z" }) }, page);
  await screen.findByText("数据看板");
  await user.keyboard("j{Enter}");
  const drawer = within(await screen.findByRole("dialog"));
  expect(drawer.getByText("查看客户")).toBeVisible();
  await user.click(drawer.getByRole("button", { name: "吊销" }));
  await waitFor(() => expect(screen.getByText("用它的程序马上无法调用，不能恢复。")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "吊销密钥" }));
  await vi.waitFor(() => expect(calls.find(({ path }) => path.endsWith("/revoke"))?.headers.get("If-Match")).toBe('"2"'));
});

test("an ended key says so and cannot be revoked", async () => {
  const over = allowed("revoke").map((action) => ({ ...action, allowed: false, reason: { code: "access.api-key-over", message: "密钥已吊销" } }));
  await renderPage(<ApiKeysPage />, { ...server, "GET /api/v1/api-keys": () => list([apiKey({ revokedAt: "2026-11-25T02:00:00Z", allowedActions: over })]) }, page);
  await waitFor(() => expect(screen.getByText("已吊销")).toBeVisible());
  expect(screen.queryByRole("button", { name: "吊销" })).toBeNull();
});

test("loading", async () => {
  await renderPage(<ApiKeysPage />, { ...server, "GET /api/v1/api-keys": never }, page);
  expect(await screen.findByText("载入中")).toBeInTheDocument();
});
test("refused; nobody makes keys without the permission", async () => {
  await renderPage(<ApiKeysPage />, { ...server, "GET /api/v1/api-keys": () => problem(403, "core.forbidden", "没有“管理接口密钥”权限") }, { ...page, me: holding() });
  await waitFor(() => expect(screen.getByText("没有“管理接口密钥”权限")).toBeVisible());
  expect(screen.queryByRole("button", { name: "新建密钥" })).toBeNull();
});
