import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { push } from "@/api/push";
import { useLiveRows } from "@/areas/customers/live";
import { list, problem, renderPage } from "@/test/render";
import { todo } from "@/test/rows";
import { NotificationsPage } from "./NotificationsPage";

const page = { path: "/notifications", at: "/notifications?tab=todos" };
const late = todo({ id: "d2", late: true, dueAt: new Date(Date.now() - 3 * 3600_000 - 60_000).toISOString(), subject: { type: "customer", id: "c2", label: "欧阳**" } });
afterEach(() => push.stop());

test("open to-dos by due time, the late one says 超时, and each leads to its customer", async () => {
  const { user, router } = await renderPage(<NotificationsPage />, { "GET /api/v1/todos": () => list([late, todo()]) }, page);
  expect(await screen.findByText("超时 3 小时")).toBeVisible();
  expect(screen.getAllByRole("link").map((link) => link.textContent)).toEqual(["欧阳**", "王**"]);
  await user.click(screen.getByRole("link", { name: "欧阳**" }));
  expect(router.state.location.pathname).toBe("/customers/c2");
});

test("the done ones are asked for only under the switch and cannot be done again", async () => {
  const done = todo({ id: "d9", doneAt: new Date(Date.now() - 120_000).toISOString(), subject: { type: "customer", id: "c9", label: "刘*" } });
  const { user, calls } = await renderPage(<NotificationsPage />, { "GET /api/v1/todos": ({ query }) => list(query.get("state") === "done" ? [done] : []) }, page);
  expect(await screen.findByText("没有待办")).toBeVisible();
  expect(calls.some(({ query }) => query.get("state") === "done")).toBe(false);
  await user.click(screen.getByRole("switch", { name: "显示已完成" }));
  expect(await screen.findByText("2 分钟前完成")).toBeVisible();
  expect(screen.queryByRole("button", { name: "完成" })).toBeNull();
});

test("a refused completion is told at its line and the line stays", async () => {
  const { user } = await renderPage(<NotificationsPage />, { "GET /api/v1/todos": () => list([todo()]), "POST /api/v1/todos/*/complete": () => problem(404, "workspace.todo-not-found", "待办不存在或不是你的") }, page);
  await user.click(await screen.findByRole("button", { name: "完成" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("待办不存在或不是你的");
  expect(screen.getByRole("link", { name: "王**" })).toBeVisible();
});

test("messages come first; the tab is in the address", async () => {
  const { user, router } = await renderPage(<NotificationsPage />, { "GET /api/v1/notifications": () => list([]), "GET /api/v1/todos": () => list([]) }, { ...page, at: "/notifications" });
  expect(await screen.findByText("没有消息")).toBeVisible();
  await user.click(screen.getByRole("tab", { name: "待办" }));
  expect(await screen.findByText("没有待办")).toBeVisible();
  expect(router.state.location.search).toBe("?tab=todos");
});

test("a push of workspace.todo_changed reads the list again", async () => {
  vi.stubGlobal("WebSocket", undefined);
  let open = [todo()];
  let send: (text: string) => void = () => undefined;
  const Live = () => {
    useLiveRows();
    return <NotificationsPage />;
  };
  await renderPage(<Live />, { "GET /api/v1/todos": () => list(open) }, page);
  await screen.findByRole("link", { name: "王**" });
  const answered = globalThis.fetch;
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    if (!String(input instanceof Request ? input.url : input).endsWith("/api/v1/events")) return answered(input, init);
    const body = new ReadableStream({
      start: (controller) => {
        send = (text) => controller.enqueue(new TextEncoder().encode(text));
      },
    });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  });
  push.start();
  await waitFor(() => expect(push.state).toBe("live"), { timeout: 10_000 });
  open = [];
  send(`id: n1\nevent: workspace.todo_changed\ndata: ${JSON.stringify({ id: "n1", kind: "workspace.todo_changed", at: new Date().toISOString(), data: {} })}\n\n`);
  expect(await screen.findByText("没有待办")).toBeVisible();
});
