import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import { Suspense } from "react";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { afterEach, expect, test, vi } from "vitest";
import { push } from "@/api/push";
import { startI18n } from "@/i18n";
import { list, problem, reply, serve } from "@/test/render";
import { me } from "@/test/rows";
import { Gate } from "./Gate";

const token = { accessToken: "x", expiresIn: 900, tokenType: "Bearer", refreshToken: null, sessionId: "s1" };
afterEach(() => {
  push.stop();
  vi.useRealTimers();
});

async function enter(idleSeconds: number, part: { closesAt?: string | null; answers?: unknown[] } = {}) {
  localStorage.setItem("lb.signedIn", "1");
  const answers = part.answers ?? [problem(401, "access.login-refused", "密码不对"), token];
  const calls = serve({
    "GET /api/v1/me": () => ({ ...me, idleSeconds, closesAt: part.closesAt ?? null }),
    "GET /api/v1/notifications/unread-count": () => ({ unread: 0 }),
    "GET /api/v1/tasks": () => list([]),
    "POST /api/v1/auth/login": () => answers.shift(),
    "POST /api/v1/auth/login/factor": () => answers.shift(),
    "POST /api/v1/auth/logout": () => null,
  });
  await startI18n();
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ Component: Gate, children: [{ path: "/customers/:id", element: <p>张三的资料</p> }] }, { path: "/login", element: <p>login</p> }], { initialEntries: ["/customers/c1?tab=ownership"] });
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], shouldAdvanceTime: true });
  render(
    <QueryClientProvider client={cache}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <App>
          <Suspense>
            <RouterProvider router={router} />
          </Suspense>
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  expect(await screen.findByText("张三的资料")).toBeVisible();
  return { cache, router, calls, user: userEvent.setup({ advanceTimers: vi.advanceTimersByTime }) };
}
const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

test("a minute before the limit it warns and any work keeps it open; at the limit the content is gone, not hidden", async () => {
  const { cache, router, calls, user } = await enter(300);
  await pass(230);
  expect(screen.queryByText(/秒后锁定/)).toBeNull();
  await pass(20);
  expect(screen.getByText(/秒后锁定/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "继续使用" }));
  await pass(2);
  expect(screen.queryByText(/秒后锁定/)).toBeNull();
  await pass(310);
  expect(await screen.findByRole("heading", { name: "已锁定" })).toBeVisible();
  expect(screen.queryByText("张三的资料")).toBeNull();
  expect(cache.getQueryCache().getAll().filter((query) => query.state.data !== undefined)).toEqual([]);

  await user.type(screen.getByLabelText("密码"), "wrong");
  await user.click(screen.getByRole("button", { name: /解锁$/ }));
  expect(await screen.findByText("密码不对")).toBeVisible();
  await user.clear(screen.getByLabelText("密码"));
  await user.type(screen.getByLabelText("密码"), "right");
  await user.click(screen.getByRole("button", { name: /解锁$/ }));
  expect(await screen.findByText("张三的资料")).toBeVisible();
  expect(`${router.state.location.pathname}${router.state.location.search}`).toBe("/customers/c1?tab=ownership");
  expect(calls.filter(({ path }) => path.endsWith("/login"))).toHaveLength(2);
});

test("no limit, no lock", async () => {
  await enter(0);
  await pass(7200);
  expect(screen.getByText("张三的资料")).toBeVisible();
});

test("work that asks nothing of the server is told to it, so that its idleness is the real one", async () => {
  const { user, calls } = await enter(300);
  const told = () => calls.filter(({ path, headers }) => path === "/api/v1/me" && !headers.has("X-Background")).length;
  const before = told();
  await pass(120);
  expect(told()).toBe(before);
  await user.keyboard("{Shift}");
  await pass(2);
  await vi.waitFor(() => expect(told()).toBe(before + 1));
  await pass(200);
  expect(screen.queryByText(/秒后锁定/)).toBeNull();
});

test("the lock ends the session on the server and asks for the second factor too, then shows the same page", async () => {
  const step = reply(202, { next: "factor", ticket: "lt_1", expiresIn: 600, factors: ["totp"], approval: null, device: null });
  const { router, calls, user } = await enter(300, { answers: [step, token] });
  await pass(310);
  await vi.waitFor(() => expect(calls.some(({ path }) => path === "/api/v1/auth/logout")).toBe(true));
  await user.type(await screen.findByLabelText("密码"), "right");
  await user.click(screen.getByRole("button", { name: /解锁$/ }));
  await user.type(await screen.findByLabelText("6 位验证码"), "123456");
  expect(await screen.findByText("张三的资料")).toBeVisible();
  expect(`${router.state.location.pathname}${router.state.location.search}`).toBe("/customers/c1?tab=ownership");
});

test("a policy that refuses unlocking says why; another account leads to the login page", async () => {
  const { router, user } = await enter(300, { answers: [problem(403, "access.time-refused", "现在不在可登录时间，下次可登录：明天 08:30")] });
  await pass(310);
  await user.type(await screen.findByLabelText("密码"), "right");
  await user.click(screen.getByRole("button", { name: /解锁$/ }));
  expect(await screen.findByRole("heading", { name: "不在可登录时间" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "返回登录" }));
  await user.click(screen.getByRole("button", { name: "换账号" }));
  expect(await screen.findByText("login")).toBeVisible();
  expect(router.state.location.search).toBe("?next=%2Fcustomers%2Fc1%3Ftab%3Downership");
});

test("five minutes ahead the end of the hours is told", async () => {
  await enter(0, { closesAt: new Date(Date.now() + 7 * 60_000).toISOString() });
  await pass(60);
  expect(screen.queryByText(/可登录时间到/)).toBeNull();
  await pass(90);
  expect(screen.getByText(/可登录时间到 \d\d:\d\d，还剩 [45] 分钟/)).toBeVisible();
});
