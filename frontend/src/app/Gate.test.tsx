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
import { list, problem, serve } from "@/test/render";
import { me } from "@/test/rows";
import { Gate } from "./Gate";

const token = { accessToken: "x", expiresIn: 900, tokenType: "Bearer", refreshToken: null, sessionId: "s1" };
afterEach(() => {
  push.stop();
  vi.useRealTimers();
});

async function enter(idleSeconds: number) {
  localStorage.setItem("lb.signedIn", "1");
  const answers = [problem(401, "access.wrong-password", "密码不对"), token];
  const calls = serve({
    "GET /api/v1/me": () => ({ ...me, idleSeconds }),
    "GET /api/v1/notifications/unread-count": () => ({ unread: 0 }),
    "GET /api/v1/tasks": () => list([]),
    "POST /api/v1/auth/login": () => answers.shift(),
  });
  await startI18n();
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ Component: Gate, children: [{ path: "/customers/:id", element: <p>张三的资料</p> }] }], { initialEntries: ["/customers/c1?tab=ownership"] });
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
