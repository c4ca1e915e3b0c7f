import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { LoginStep } from "@/api/types";
import { problem, renderPage, reply, type Server } from "@/test/render";
import { LoginPage } from "./LoginPage";

const token = { accessToken: "x", expiresIn: 900, tokenType: "Bearer", refreshToken: null, sessionId: "s1", device: null };
const step = (part: Partial<LoginStep>) => reply(202, { next: "factor", ticket: "lt_1", expiresIn: 600, factors: ["recovery", "totp"], approval: null, device: null, ...part });
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function signIn(server: Server, at = "/login?next=%2Fcustomers%2Fc1") {
  const page = await renderPage(<LoginPage />, server, { path: "/login", at });
  await page.user.type(await screen.findByLabelText("机构代码"), "demo");
  await page.user.type(screen.getByLabelText("账号"), "sales1");
  await page.user.type(screen.getByLabelText("密码"), "secret{Enter}");
  return page;
}
const bodies = (calls: Awaited<ReturnType<typeof renderPage>>["calls"], path: string) => calls.filter((call) => call.path === `/api/v1/auth/login${path}`).map(({ body }) => body);

test("signing in goes on to where one was; a foreign address is not followed", async () => {
  const { calls, router } = await signIn({ "POST /api/v1/auth/login": () => token }, "/login?next=%2F%2Fevil.example");
  await screen.findByText("elsewhere");
  expect(router.state.location.pathname).toBe("/");
  expect(bodies(calls, "")).toEqual([{ tenant: "demo", username: "sales1", password: "secret", client: "web", device: { name: expect.any(String) as string } }]);
  expect(Object.values({ ...localStorage }).join()).not.toMatch(/secret|sales1/);
});

test("a wrong password is told in the server's words with its number, on the same page", async () => {
  await signIn({ "POST /api/v1/auth/login": () => problem(401, "access.login-refused", "机构、账号或密码不对") });
  expect(await screen.findByRole("alert")).toHaveTextContent("机构、账号或密码不对请求编号 req-1");
  expect(screen.getByLabelText("密码")).toBeVisible();
});

test("the sixth digit sends the code; a wrong one is told and cleared, the right one opens the page one was on", async () => {
  const answers = [problem(401, "access.factor-refused", "验证没有通过，检查后再试"), token];
  const { user, calls, router } = await signIn({ "POST /api/v1/auth/login": () => step({}), "POST /api/v1/auth/login/factor": () => answers.shift() });
  const code = await screen.findByLabelText("6 位验证码");
  expect(code).toHaveFocus();
  await user.type(code, "123456");
  expect(await screen.findByRole("alert")).toHaveTextContent("验证没有通过");
  await vi.waitFor(() => expect(code).toHaveValue(""));
  await user.type(code, "654321");
  await screen.findByText("elsewhere");
  expect(router.state.location.pathname).toBe("/customers/c1");
  expect(bodies(calls, "/factor")).toEqual(["123456", "654321"].map((entered) => ({ ticket: "lt_1", kind: "totp", code: entered })));
});

test("a recovery code in place of the authenticator; a ticket that ran out leads back to the password", async () => {
  const { user, calls } = await signIn({ "POST /api/v1/auth/login": () => step({}), "POST /api/v1/auth/login/factor": () => problem(401, "access.ticket-invalid", "这一步已失效，重新登录") });
  await user.click(await screen.findByRole("button", { name: "用恢复码" }));
  await user.type(screen.getByLabelText("恢复码"), "abcd-efgh{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("这一步已失效，重新登录");
  expect(screen.getByLabelText("机构代码")).toHaveValue("demo");
  expect(bodies(calls, "/factor")).toEqual([{ ticket: "lt_1", kind: "recovery", code: "abcd-efgh" }]);
});

test("a passkey signs the server's challenge", async () => {
  const buffer = (text: string) => new TextEncoder().encode(text).buffer;
  const get = vi.fn(({ publicKey }: { publicKey: PublicKeyCredentialRequestOptions }) => {
    expect(new TextDecoder().decode(publicKey.challenge as ArrayBuffer)).toBe("challenge");
    return Promise.resolve({ id: "a2V5", rawId: buffer("key"), type: "public-key", authenticatorAttachment: "platform", getClientExtensionResults: () => ({}), response: { clientDataJSON: buffer("{}"), authenticatorData: buffer("data?>"), signature: buffer("sign"), userHandle: null } });
  });
  vi.stubGlobal("PublicKeyCredential", vi.fn());
  Object.defineProperty(navigator, "credentials", { configurable: true, value: { get } });
  const { user, calls } = await signIn({
    "POST /api/v1/auth/login": () => step({ factors: ["passkey"] }),
    "POST /api/v1/auth/login/passkey-options": () => ({ options: { challenge: "Y2hhbGxlbmdl", rpId: "localhost", allowCredentials: [{ id: "a2V5", type: "public-key" }] } }),
    "POST /api/v1/auth/login/factor": () => token,
  });
  get.mockRejectedValueOnce(new DOMException("closed", "NotAllowedError"));
  const button = await screen.findByRole("button", { name: "用通行密钥验证" });
  await user.click(button);
  expect(await screen.findByRole("alert")).toHaveTextContent("没有完成，再试一次或换一种方式。");
  await user.click(button);
  await screen.findByText("elsewhere");
  expect(bodies(calls, "/factor")).toEqual([
    { ticket: "lt_1", kind: "passkey", credential: { id: "a2V5", rawId: "a2V5", type: "public-key", clientExtensionResults: {}, authenticatorAttachment: "platform", response: { clientDataJSON: "e30", authenticatorData: "ZGF0YT8-", signature: "c2lnbg", userHandle: null } } },
  ]);
});

test("who has no factor yet sets one up, and sees the recovery codes before the page opens", async () => {
  const { user, calls } = await signIn({
    "POST /api/v1/auth/login": () => step({ next: "enrol", factors: [] }),
    "POST /api/v1/auth/login/enrol": () => ({ secret: "ABCDEFGH", uri: "otpauth://totp/x?secret=ABCDEFGH", qrSvg: "<svg viewBox='0 0 1 1'/>" }),
    "POST /api/v1/auth/login/enrol/confirm": () => ({ recoveryCodes: ["aaaa-bbbb", "cccc-dddd"], signedIn: token, step: null }),
  });
  expect(await screen.findByRole("img", { name: "验证器二维码" })).toHaveAttribute("src", expect.stringContaining("xmlns"));
  expect(screen.getByText("ABCD EFGH")).toBeVisible();
  await user.type(screen.getByLabelText("6 位验证码"), "123456");
  const codes = await screen.findByRole("list", { name: "恢复码" });
  expect(within(codes).getAllByRole("listitem").map((item) => item.textContent)).toEqual(["aaaa-bbbb", "cccc-dddd"]);
  expect(screen.getByRole("link", { name: "下载" })).toHaveAttribute("download", "恢复码.txt");
  expect(screen.queryByText("elsewhere")).toBeNull();
  await user.click(screen.getByRole("button", { name: "我已保存" }));
  await screen.findByText("elsewhere");
  expect(bodies(calls, "/enrol")).toEqual([{ ticket: "lt_1" }]);
});

test("a temporary password is replaced; the server's reasons stand at the field", async () => {
  const answers = [problem(422, "access.password-weak", "密码不够安全", [{ pointer: "/newPassword", code: "access.password-short", message: "至少 12 个字符" }]), token];
  const { user, calls } = await signIn({ "POST /api/v1/auth/login": () => step({ next: "password", factors: [] }), "POST /api/v1/auth/login/password": () => answers.shift() });
  const field = await screen.findByLabelText("新密码");
  expect(field).toHaveAccessibleDescription(/例如几个不相干的词/);
  await user.type(field, "short{Enter}");
  await screen.findByText("至少 12 个字符");
  expect(field).toHaveAccessibleDescription(/至少 12 个字符/);
  await user.type(field, " but longer{Enter}");
  await screen.findByText("elsewhere");
  expect(bodies(calls, "/password")).toEqual([{ ticket: "lt_1", newPassword: "short" }, { ticket: "lt_1", newPassword: "short but longer" }]);
});

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));
const waiting = (ticket: string, seconds = 600) => step({ next: "approval", ticket, factors: [], approval: { kind: "device", expiresAt: new Date(Date.now() + seconds * 1000).toISOString(), leaders: ["王磊", "陈明"] } });

test("waiting for a leader asks every 3 s with the newest ticket, not while the page is hidden", async () => {
  let ticket = 1;
  let approved = false;
  let seen: DocumentVisibilityState = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => seen);
  const { user, calls } = await signIn({
    "POST /api/v1/auth/login": () => waiting("lt_1"),
    "POST /api/v1/auth/login/resume": () => (approved ? token : waiting(`lt_${(ticket += 1)}`)),
    "POST /api/v1/auth/login/remind": () => null,
  });
  await screen.findByText("可以批准的人：王磊、陈明");
  expect(screen.getByRole("timer", { name: "剩余时间" })).toHaveTextContent(/^(10:00|9:59|09:5\d)$/);
  await user.click(screen.getByRole("button", { name: "提醒一次" }));
  expect(await screen.findByRole("button", { name: "已提醒" })).toBeDisabled();
  await vi.waitFor(() => expect(bodies(calls, "/resume").length).toBeGreaterThanOrEqual(2), { timeout: 12_000 });
  expect(bodies(calls, "/resume").slice(0, 2)).toEqual([{ ticket: "lt_1" }, { ticket: "lt_2" }]);
  seen = "hidden";
  const asked = bodies(calls, "/resume").length;
  await new Promise((done) => setTimeout(done, 3500));
  expect(bodies(calls, "/resume").length).toBe(asked);
  approved = true;
  seen = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  await screen.findByText("elsewhere");
});

test("a refused approval is told; one that nobody decided can be asked for again", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"], shouldAdvanceTime: true });
  const answers: unknown[] = [waiting("lt_2"), problem(403, "access.approval-refused", "上级没有批准这次登录")];
  const { user } = await signIn({ "POST /api/v1/auth/login": () => waiting("lt_1", -1), "POST /api/v1/auth/login/resume": () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "再申请一次" }));
  await screen.findByRole("button", { name: "提醒一次" });
  await pass(4);
  await waitFor(() => expect(screen.getByRole("heading", { name: "登录没有获批" })).toBeVisible());
  expect(screen.getByText("上级没有批准这次登录")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "返回登录" }));
  expect(screen.getByLabelText("机构代码")).toBeVisible();
});

test.each([
  ["access.time-refused", 403, "不在可登录时间", "现在不在可登录时间，下次可登录：明天 08:30"],
  ["access.ip-refused", 403, "当前网络不能登录", "当前网络（203.0.113.9）不在允许登录的范围"],
  ["access.region-refused", 403, "当前位置不能登录", "当前位置（四川成都）不在允许登录的地区"],
  ["access.device-limit", 403, "绑定的设备已满", "最多绑定 2 台设备"],
  ["access.too-many-sessions", 403, "同时登录已满", "同时最多登录 1 处"],
  ["access.account-disabled", 401, "账号已停用", "账号已停用，联系管理员"],
])("%s fills the page: what, why, whom to ask", async (code, status, title, message) => {
  const { user } = await signIn({ "POST /api/v1/auth/login": () => problem(status, code, message) });
  await waitFor(() => expect(screen.getByRole("heading", { name: title })).toBeVisible());
  const alert = screen.getByRole("alert");
  expect(alert).toHaveTextContent(message);
  expect(alert).toHaveTextContent("请求编号 req-1");
  expect(alert).toHaveTextContent(/联系|团队长/);
  await user.click(screen.getByRole("button", { name: "返回登录" }));
  expect(screen.getByLabelText("密码")).toHaveValue("");
});

test("a locked account counts down", async () => {
  await signIn({ "POST /api/v1/auth/login": () => reply(429, { code: "access.locked", status: 429, message: "输错密码次数太多，5 分钟后再试" }, { "Retry-After": "300" }) });
  await waitFor(() => expect(screen.getByRole("heading", { name: "账号暂时锁定" })).toBeVisible());
  expect(screen.getByRole("timer")).toHaveTextContent(/^0[45]:\d\d$/);
});
