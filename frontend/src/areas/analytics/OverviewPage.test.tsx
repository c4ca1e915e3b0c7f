import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { overview } from "@/test/figures";
import { list, problem, renderPage } from "@/test/render";
import { customerRow } from "@/test/rows";
import { OverviewPage } from "./OverviewPage";

const behind = { customer: customerRow(), reachedAt: "2026-11-20T02:00:00Z", furthest: "lead", furthestAt: "2026-11-20T02:00:00Z" };
const server = { "GET /api/v1/overview": () => overview(), "GET /api/v1/funnel/customers": () => list([behind]) };
const page = { path: "/overview" };

test("figures with their change; a shorter wait is good; details go to the customers", async () => {
  const { user } = await renderPage(<OverviewPage />, server, page);
  expect(await screen.findByText("428")).toBeVisible();
  expect(screen.getByText("▲ 7.0%")).toHaveClass("lb-success");
  expect(screen.getByText("▼ 50.0%")).toHaveClass("lb-success");
  expect(screen.getByText("2.55万")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "看明细" }));
  expect(await within(await screen.findByRole("dialog")).findByText("王**")).toBeVisible();
});

test("the ranking as a table, the best first, of what is measured", async () => {
  const { user } = await renderPage(<OverviewPage />, server, page);
  const ranking = await screen.findByRole("figure", { name: "线索，前 10" });
  await user.click(within(ranking).getByRole("radio", { name: "表" }));
  expect(within(ranking).getAllByRole("rowheader").map((cell) => cell.textContent)).toEqual(["陈明", "李婷"]);
  await user.click(screen.getByRole("radio", { name: "签约" }));
  expect(await screen.findByRole("figure", { name: "签约，按天" })).toBeVisible();
});

test("another period is asked of the server", async () => {
  const { user, calls } = await renderPage(<OverviewPage />, server, page);
  await user.click(await screen.findByRole("radio", { name: "上月" }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/overview" && query.get("period") === "last_month")).toBe(true));
});

test("empty sections say so; a refusal tells its reason", async () => {
  await renderPage(<OverviewPage />, { "GET /api/v1/overview": () => overview({ employees: [], teams: [], channels: [] }) }, page);
  expect(await screen.findByText("还没有可排的")).toBeVisible();
  expect(screen.getByText("这段时间没有线索")).toBeVisible();
});
test("without the permission", async () => {
  await renderPage(<OverviewPage />, { "GET /api/v1/overview": () => problem(403, "core.forbidden", "你没有「查看数据」权限") }, page);
  expect(await screen.findByText("你没有「查看数据」权限")).toBeVisible();
});
