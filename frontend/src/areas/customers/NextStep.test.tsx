import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { list, problem, renderPage } from "@/test/render";
import { customer, me, todo } from "@/test/rows";
import { CustomerPage } from "./CustomerPage";

const server = {
  "GET /api/v1/customers/*": () => customer({ nextActionAt: new Date(Date.now() + 600_000).toISOString() }),
  "GET /api/v1/customers/*/timeline": () => list([]),
};
const page = { path: "/customers/:customerId", at: "/customers/c1" };
const card = async () => within((await screen.findByRole("heading", { name: "下一步" })).closest("section") as HTMLElement);

test("the open to-do of this customer stands under 下一步; 完成 asks the server and the card changes", async () => {
  let open = [todo({ id: "other", subject: { type: "customer", id: "c2", label: "欧阳**" } }), todo()];
  const { user, calls } = await renderPage(
    <CustomerPage />,
    { ...server, "GET /api/v1/todos": () => list(open), "POST /api/v1/todos/*/complete": () => ((open = []), todo({ doneAt: new Date().toISOString() })) },
    page,
  );
  const next = await card();
  await user.click(await next.findByRole("button", { name: "完成" }));
  expect(await next.findByText("没有安排下次跟进。")).toBeVisible();
  expect(calls.filter(({ method, path }) => method === "POST" && path.includes("/todos/")).map(({ path }) => path)).toEqual(["/api/v1/todos/d1/complete"]);
});

test("改期 sends the preset's moment; the refusal is told at its place and the choice stays", async () => {
  const answers = [problem(422, "core.invalid", "提交的内容有误", [{ pointer: "/dueAt", code: "workspace.due-past", message: "改期的时间应在现在之后" }]), todo()];
  const { user, calls } = await renderPage(<CustomerPage />, { ...server, "GET /api/v1/todos": () => list([todo()]), "POST /api/v1/todos/*/reschedule": () => answers.shift() }, page);
  const next = await card();
  await user.click(await next.findByRole("button", { name: "改期" }));
  await user.click(await next.findByRole("radio", { name: "1 小时后" }));
  expect(await next.findByText("改期的时间应在现在之后")).toBeVisible();
  const sent = calls.find(({ path }) => path.endsWith("/todos/d1/reschedule"))?.body as { dueAt: string };
  expect(Math.abs(Date.parse(sent.dueAt) - Date.now() - 3600_000)).toBeLessThan(30_000);
  await user.click(next.getByRole("radio", { name: "明天 10:00" }));
  await vi.waitFor(() => expect(next.queryByRole("radio", { name: "明天 10:00" })).toBeNull());
  expect(next.queryByText("改期的时间应在现在之后")).toBeNull();
});

test("a to-do beyond the first page is found by its cursor", async () => {
  const pages: Record<string, object> = { "": { items: [todo({ id: "other", subject: null })], nextCursor: "n1" }, n1: list([todo()]) };
  await renderPage(<CustomerPage />, { ...server, "GET /api/v1/todos": ({ query }) => pages[query.get("cursor") ?? ""] }, page);
  expect(await (await card()).findByRole("button", { name: "完成" })).toBeVisible();
});

test("who does not own the customer sees the agreed time without the buttons", async () => {
  await renderPage(<CustomerPage />, server, { ...page, me: { ...me, employee: { ...me.employee, id: "e9" } } });
  const next = await card();
  expect(await next.findByText(/^下次跟进/)).toBeVisible();
  expect(next.queryByRole("button", { name: "完成" })).toBeNull();
});
