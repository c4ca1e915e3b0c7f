import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { receiptRow, worker } from "@/test/cases";
import { list, never, problem, renderPage } from "@/test/render";
import { ReceiptsPage } from "./ReceiptsPage";

const summary = { dueFen: 240_000_000, receivedFen: 96_200_000, outstandingFen: 143_800_000, ageing: [{ fromDays: 0, toDays: 30, cases: 12, outstandingFen: 100_000_000 }, { fromDays: 91, toDays: null, cases: 2, outstandingFen: 43_800_000 }] };
const server = {
  "GET /api/v1/receipts": () => list([receiptRow(), receiptRow({ id: "r2", amountFen: -500_000, reversesId: "r1" })]),
  "GET /api/v1/receipts/summary": () => summary,
};
const page = { path: "/receipts", me: worker };

test("figures with their ageing, receipts of the month and their sum; a period asks the server", async () => {
  const { user, calls, router } = await renderPage(<ReceiptsPage />, server, page);
  expect(await screen.findByText("143.8万")).toBeVisible();
  expect(screen.getByText("91 天以上")).toBeVisible();
  expect(await screen.findByText("−5,000.00")).toBeVisible();
  expect(screen.getByText("合计 0.00 元")).toBeVisible();
  expect(calls.find(({ path }) => path === "/api/v1/receipts")?.query.get("from")).toMatch(/-01$/);
  await user.click(screen.getByRole("radio", { name: "上月" }));
  await vi.waitFor(() => expect(router.state.location.search).toMatch(/from=\d{4}-\d\d-01&to=\d{4}-\d\d-(28|29|30|31)/));
});

test("empty offers a longer period", async () => {
  await renderPage(<ReceiptsPage />, { ...server, "GET /api/v1/receipts": () => list([]) }, page);
  expect(await screen.findByText("这段时间没有回款")).toBeVisible();
  expect(screen.getByRole("button", { name: "看本季" })).toBeVisible();
});
test("loading", async () => {
  await renderPage(<ReceiptsPage />, { ...server, "GET /api/v1/receipts": never }, page);
  await vi.waitFor(() => expect(document.querySelectorAll(".lb-skeleton-row").length).toBeGreaterThan(5));
});
test("refused says what is missing", async () => {
  await renderPage(<ReceiptsPage />, { "GET /api/v1/receipts": () => problem(403, "core.forbidden", "没有「查看收费与回款」权限"), "GET /api/v1/receipts/summary": () => summary }, page);
  expect(await screen.findByText("没有「查看收费与回款」权限")).toBeVisible();
});
