import { screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import type { LoginDevice, LoginSession } from "@/api/types";
import { never, problem, renderPage, type Server } from "@/test/render";
import { me } from "@/test/rows";
import { MePage } from "./MePage";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const session = (part: Partial<LoginSession>): LoginSession => ({ id: "s1", client: "web", current: true, device: { id: "d1", name: "Chrome · Windows", state: "bound" }, ip: "203.0.113.9", place: "四川成都", createdAt: ago(300), lastUsedAt: ago(0), expiresAt: ago(-600), factor: null, ...part });
const device = (part: Partial<LoginDevice>): LoginDevice => ({ id: "d1", version: 1, client: "web", name: "Chrome · Windows", state: "bound", current: true, keyBound: false, lastIp: "203.0.113.9", place: "四川成都", lastUsedAt: ago(0), boundAt: ago(9000), push: false, ...part });
const factor = { id: "f1", kind: "totp", name: "小米手机", confirmedAt: ago(3000), lastUsedAt: ago(60) };

const server: Server = {
  "GET /api/v1/me/factors": () => ({ items: [factor], recoveryCodesLeft: 2, required: true }),
  "GET /api/v1/me/sessions": () => ({ items: [session({ id: "s2", current: false, client: "ios", device: { id: "d2", name: "iPhone 16", state: "bound" } }), session({})] }),
  "GET /api/v1/me/devices": () => ({ items: [device({}), device({ id: "d2", client: "ios", name: "iPhone 16", current: false }), device({ id: "d3", name: "旧电脑", state: "revoked", current: false })] }),
  "GET /api/v1/me/wechat": () => ({ available: true, bound: true, boundAt: ago(600) }),
  "GET /api/v1/permissions": () => ({
    areas: [
      { code: "customers", permissions: [{ code: "customers.create", title: "新建客户", scoped: false }, { code: "customers.assign", title: "分配客户", scoped: true }, { code: "customers.export", title: "导出客户", scoped: true }] },
      { code: "finance", permissions: [{ code: "finance.view", title: "查看回款", scoped: true }] },
    ],
    fields: [{ field: "customer.phone", title: "客户电话", grade: "sensitive" }],
    scopes: [],
    menus: [],
  }),
};
const open = (tab: string, part: Server = {}, who = me) => renderPage(<MePage />, { ...server, ...part }, { path: "/me", at: `/me?tab=${tab}`, me: who });
const sent = (calls: Awaited<ReturnType<typeof open>>["calls"], method: string, path: string) => calls.filter((call) => call.method === method && call.path === path);

test("security: factors, codes left and the password; accessible", async () => {
  await open("security");
  await waitFor(() => expect(screen.getByText("小米手机")).toBeVisible());
  expect(screen.getByText("恢复码还剩 2 个")).toHaveClass("lb-warning");
  expect(screen.getByText("策略要求")).toBeVisible();
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(found.violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
});

test("security: nothing yet, loading, refused", async () => {
  const empty = await open("security", { "GET /api/v1/me/factors": () => ({ items: [], recoveryCodesLeft: 0, required: false }) });
  await waitFor(() => expect(screen.getByText("还没有添加。添加后，密码泄露时别人也登录不了。")).toBeVisible());
  expect(empty.calls.length).toBeGreaterThan(0);
});
test("security: a failed list can be tried again, a slow one says that it loads", async () => {
  await open("security", { "GET /api/v1/me/factors": () => problem(500, "core.internal", "系统出错了") });
  await waitFor(() => expect(screen.getByText("系统出错了")).toBeVisible());
  expect(screen.getByRole("button", { name: "重试" })).toBeVisible();
});
test("sessions that load", async () => {
  await open("logins", { "GET /api/v1/me/sessions": never, "GET /api/v1/me/devices": never });
  expect((await screen.findAllByText("载入中")).length).toBeGreaterThan(0);
});

test("an authenticator is added by its first code; with the first factor come the recovery codes", async () => {
  const { user, calls } = await open("security", {
    "POST /api/v1/me/factors/totp": () => ({ id: "f2", secret: "ABCDEFGH", uri: "otpauth://totp/x", qrSvg: "<svg/>" }),
    "POST /api/v1/me/factors/f2/confirm": ({ body }) => ((body as { code: string }).code === "000000" ? problem(422, "access.factor-code-wrong", "验证码不对或已用过，等下一个再试") : { recoveryCodes: ["aaaa-bbbb"] }),
  });
  await user.click(await screen.findByRole("button", { name: "添加验证器" }));
  await user.click(await screen.findByRole("button", { name: "下一步" }));
  const code = await screen.findByLabelText("6 位验证码");
  await user.type(code, "000000");
  await waitFor(() => expect(screen.getByText("验证码不对或已用过，等下一个再试")).toBeVisible());
  await vi.waitFor(() => expect(code).toHaveValue(""));
  await user.type(code, "123456");
  await waitFor(() => expect(screen.getByText("aaaa-bbbb")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "我已保存" }));
  await vi.waitFor(() => expect(screen.queryByText("aaaa-bbbb")).toBeNull());
  expect(sent(calls, "POST", "/api/v1/me/factors/totp")[0]?.body).toEqual({ name: "手机验证器" });
});

test("a passkey is made by the browser; giving up says so", async () => {
  const buffer = (text: string) => new TextEncoder().encode(text).buffer;
  const create = vi.fn(() => Promise.resolve({ id: "a2V5", rawId: buffer("key"), type: "public-key", authenticatorAttachment: null, getClientExtensionResults: () => ({}), response: { clientDataJSON: buffer("{}"), attestationObject: buffer("obj"), getTransports: () => ["internal"] } }));
  vi.stubGlobal("PublicKeyCredential", vi.fn());
  Object.defineProperty(navigator, "credentials", { configurable: true, value: { create } });
  const { user, calls } = await open("security", {
    "POST /api/v1/me/factors/passkey-options": () => ({ options: { challenge: "Y2g", rp: { name: "x" }, user: { id: "dQ", name: "a", displayName: "a" }, pubKeyCredParams: [] }, state: "sealed" }),
    "POST /api/v1/me/factors/passkeys": () => ({ id: "f3", recoveryCodes: null }),
  });
  await user.click(await screen.findByRole("button", { name: "添加通行密钥" }));
  create.mockRejectedValueOnce(new DOMException("closed", "NotAllowedError"));
  await user.click(await screen.findByRole("button", { name: "创建通行密钥" }));
  await waitFor(() => expect(screen.getByText("没有完成，再试一次。")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "创建通行密钥" }));
  await vi.waitFor(() => expect(sent(calls, "POST", "/api/v1/me/factors/passkeys")[0]?.body).toMatchObject({ name: "这台电脑", state: "sealed", credential: { id: "a2V5", response: { attestationObject: "b2Jq", transports: ["internal"] } } }));
});

test("the last factor stays where the policy asks for it, in the server's words", async () => {
  const { user } = await open("security", { "DELETE /api/v1/me/factors/f1": () => problem(409, "access.factor-required", "你的登录策略要求第二因素，不能去掉最后一个") });
  await user.click(await screen.findByRole("button", { name: "移除小米手机" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: /移\s?除/ }));
  await waitFor(() => expect(screen.getByText("你的登录策略要求第二因素，不能去掉最后一个")).toBeVisible());
});

test("new recovery codes are shown once", async () => {
  const { user } = await open("security", { "POST /api/v1/me/recovery-codes": () => ({ recoveryCodes: ["eeee-ffff"] }) });
  await user.click(await screen.findByRole("button", { name: "重新生成" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "重新生成" }));
  await screen.findByText("eeee-ffff");
});

test("the password is changed; a wrong one is told at its field", async () => {
  const answers: unknown[] = [problem(422, "access.password-wrong", "现在的密码不对", [{ pointer: "/current", code: "access.password-wrong", message: "现在的密码不对" }]), null];
  const { user, calls } = await open("security", { "PUT /api/v1/me/password": () => answers.shift() });
  const current = await screen.findByLabelText("现在的密码");
  await user.type(current, "old");
  await user.type(screen.getByLabelText("新密码"), "山里的茶和船票一九三一");
  await user.click(screen.getByRole("button", { name: "修改密码" }));
  await vi.waitFor(() => expect(current).toHaveAccessibleDescription(/现在的密码不对/));
  await user.click(screen.getByRole("button", { name: "修改密码" }));
  await waitFor(() => expect(screen.getByText("密码已修改，其他登录已结束")).toBeVisible());
  expect(sent(calls, "PUT", "/api/v1/me/password")[1]?.body).toEqual({ current: "old", next: "山里的茶和船票一九三一" });
});

test("sessions: this one first and not to be ended here, others one by one or all", async () => {
  const { user, calls } = await open("logins", { "DELETE /api/v1/me/sessions/s2": () => null, "DELETE /api/v1/me/sessions": () => ({ ended: 1 }) });
  const list = within((await screen.findByRole("heading", { name: "正在登录 2" })).closest("section") as HTMLElement);
  const lines = list.getAllByRole("listitem");
  expect(lines[0]).toHaveTextContent("Chrome · Windows网页本次登录");
  expect(within(lines[0] as HTMLElement).queryByRole("button")).toBeNull();
  await user.click(list.getByRole("button", { name: "结束iPhone 16的登录" }));
  await vi.waitFor(() => expect(sent(calls, "DELETE", "/api/v1/me/sessions/s2")).toHaveLength(1));
  await user.click(list.getByRole("button", { name: "结束其他登录" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "结束其他登录" }));
  await vi.waitFor(() => expect(sent(calls, "DELETE", "/api/v1/me/sessions")).toHaveLength(1));
});

test("devices: renamed, unbound; those given up are gone; WeChat is unbound", async () => {
  const { user, calls } = await open("logins", { "PATCH /api/v1/me/devices/d2": () => device({ id: "d2" }), "DELETE /api/v1/me/devices/d1": () => null, "DELETE /api/v1/me/wechat": () => null });
  await user.click(await screen.findByRole("button", { name: "给iPhone 16改名" }));
  const name = await screen.findByLabelText("名称");
  await user.clear(name);
  await user.type(name, "工作手机");
  await user.click(screen.getByRole("button", { name: "保存" }));
  await vi.waitFor(() => expect(sent(calls, "PATCH", "/api/v1/me/devices/d2")[0]?.body).toEqual({ name: "工作手机" }));
  expect(screen.queryByText("旧电脑")).toBeNull();
  await user.click(await screen.findByRole("button", { name: "解绑Chrome · Windows" }));
  await screen.findByText("这是你正在用的设备，解绑后要重新登录。");
  await user.click(within(screen.getByRole("dialog", { name: /解绑Chrome/ })).getByRole("button", { name: /解\s?绑/ }));
  await vi.waitFor(() => expect(sent(calls, "DELETE", "/api/v1/me/devices/d1")).toHaveLength(1));
  await user.click(await screen.findByRole("button", { name: "解绑" }));
  await user.click(within(await screen.findByRole("dialog", { name: "解绑微信" })).getByRole("button", { name: /解\s?绑/ }));
  await vi.waitFor(() => expect(sent(calls, "DELETE", "/api/v1/me/wechat")).toHaveLength(1));
});

test("permissions by their titles for who may read them, by area for everyone else; never codes", async () => {
  await open("permissions", {}, { ...me, fields: [{ field: "customer.phone", visibility: "masked" }] });
  await waitFor(() => expect(screen.getByText("分配客户")).toBeVisible());
  expect(screen.queryByText("导出客户")).toBeNull();
  expect(screen.getByText("客户电话").nextSibling).toHaveTextContent("掩码");
  expect(document.body).not.toHaveTextContent(/customers\.|customer\.phone/);
});
test("permissions by area", async () => {
  const permissions = (["customers.view", "customers.edit", "finance.view"] as const).map((permission) => ({ permission, scope: "self" as const }));
  const { calls } = await open("permissions", {}, { ...me, permissions, fields: [{ field: "customer.phone", visibility: "masked" }] });
  expect((await screen.findByText("客户")).nextSibling).toHaveTextContent("2 项 · 本人");
  expect(screen.getByText("掩码").nextSibling).toHaveTextContent("1 个字段");
  expect(document.body).not.toHaveTextContent(/customers\.|customer\.phone/);
  expect(sent(calls, "GET", "/api/v1/permissions")).toEqual([]);
});

test("display settings are as they were", async () => {
  const { user, calls } = await open("display");
  await user.click(await screen.findByText("紧凑"));
  await vi.waitFor(() => expect(calls.some(({ method, path }) => method === "PUT" && path.includes("/preferences/"))).toBe(true), { timeout: 5000 });
});
