import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { funnel } from "@/test/figures";
import { list, never, problem, renderPage } from "@/test/render";
import { customerRow } from "@/test/rows";
import { FunnelPage } from "./FunnelPage";

const behind = { customer: customerRow(), reachedAt: "2026-11-20T02:00:00Z", furthest: "visit", furthestAt: "2026-11-20T02:00:00Z" };
const server = {
  "GET /api/v1/funnel": () => funnel(),
  "GET /api/v1/funnel/customers": () => list([behind]),
};
const page = { path: "/funnel" };

test("filled: counts, rates against the period before, the largest leak, and a bar goes to its customers", async () => {
  const { user, calls } = await renderPage(<FunnelPage />, server, page);
  const bars = within(await screen.findByRole("list"));
  expect(bars.getByRole("button", { name: "线索 400 位，查看客户" })).toBeVisible();
  expect(bars.getByText("62.5%")).toBeVisible();
  expect(bars.getAllByText("▼ 1.2 个百分点").length).toBeGreaterThan(3);
  expect(bars.getByRole("button", { name: "漏得最多：180 位" })).toBeVisible();
  await user.click(bars.getByRole("button", { name: "到访 20 位，查看客户" }));
  expect(await screen.findByText("到访的客户")).toBeVisible();
  expect(await within(screen.getByRole("dialog")).findByText("王**")).toBeVisible();
  const asked = calls.find(({ path }) => path === "/api/v1/funnel/customers");
  expect([asked?.query.get("step"), asked?.query.get("reached")]).toEqual(["visit", "true"]);
});

test("the same figures as a table", async () => {
  const { user } = await renderPage(<FunnelPage />, server, page);
  await screen.findByRole("button", { name: "线索 400 位，查看客户" });
  const [form] = screen.getAllByRole("radiogroup", { name: "图或表" });
  if (!form) throw new Error("no choice of form");
  await user.click(within(form).getByRole("radio", { name: "表" }));
  const row = screen.getByRole("row", { name: /^签约/ });
  expect(within(row).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["12", "22", "60.0%", "3.0%", "–", "9 分钟", "3 小时"]);
});

test("way of counting and split stand in the address and are asked of the server", async () => {
  const { user, calls, router } = await renderPage(<FunnelPage />, server, page);
  await screen.findByRole("button", { name: "线索 400 位，查看客户" });
  await user.click(screen.getByRole("radio", { name: "按发生时间" }));
  await user.click(screen.getByRole("radio", { name: "渠道" }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/funnel" && query.get("by") === "event" && query.get("split") === "channel")).toBe(true));
  expect(router.state.location.search).toBe("?by=event&split=channel");
});

test("no leads: says so and widens the period", async () => {
  const { user, router } = await renderPage(<FunnelPage />, { ...server, "GET /api/v1/funnel": () => funnel({ steps: funnel().steps.map((step) => ({ ...step, count: 0 })) }) }, page);
  expect(await screen.findByText("这段时间没有线索")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "看近 90 天" }));
  expect(router.state.location.search).toContain("from=");
});

test("loading, then refused with the server's reason", async () => {
  await renderPage(<FunnelPage />, { "GET /api/v1/funnel": never }, page);
  expect(screen.queryByRole("list")).toBeNull();
});
test("a period that is too long is told", async () => {
  await renderPage(<FunnelPage />, { "GET /api/v1/funnel": () => problem(422, "analytics.range", "最长 400 天") }, page);
  expect(await screen.findByText("最长 400 天")).toBeVisible();
});
