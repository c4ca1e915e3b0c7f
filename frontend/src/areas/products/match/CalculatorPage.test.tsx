import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { problem, renderPage, type Call } from "@/test/render";
import type { LoanIn } from "@/api/types";
import { CalculatorPage } from "./CalculatorPage";
import { fromLoan, parseRate, toLoan } from "./loanDraft";

const summary = { instalmentFen: 664_286, totalInterestFen: 3_914_296, totalFeesFen: 600_000, totalCostFen: 4_514_296, nominal: "0.1413", effective: "0.1509" };
const rows = [
  { number: 1, principalFen: 464_286, interestFen: 200_000, feesFen: 0, paymentFen: 664_286, balanceFen: 19_535_714 },
  { number: 2, principalFen: 468_929, interestFen: 195_357, feesFen: 0, paymentFen: 664_286, balanceFen: 19_066_785 },
];
const server = { "POST /api/v1/loans/schedule": () => ({ ...summary, rows }) };
const bodies = (calls: Call[], end: string) => calls.filter(({ path }) => path.endsWith(end)).map(({ body }) => body);

async function fill(user: Awaited<ReturnType<typeof renderPage>>["user"]) {
  await user.type(await screen.findByLabelText("借款金额"), "20万");
  await user.type(screen.getByLabelText("期限"), "3年");
  await user.type(screen.getByLabelText("利率"), "12");
}

test("rates and drafts are read as typed", () => {
  expect(parseRate("0.6125%")).toBe(6125);
  expect(parseRate("一分")).toBeNull();
  const loan: LoanIn = { principalFen: 100, months: 12, repayment: "flat", rate: { basis: "monthly_flat", ppm: 6000 }, fees: [{ code: "fee_0", title: "费用", kind: "fixed", amountFen: 5, at: "end" }] };
  expect(toLoan(fromLoan(loan), "费用")).toEqual(loan);
});

test("a loan is computed as it is typed, with its schedule", async () => {
  const { user, calls } = await renderPage(<CalculatorPage />, server);
  expect(await screen.findByText("填金额、期限和利率")).toBeVisible();
  await fill(user);
  expect(await screen.findByText("45,142.96")).toBeVisible();
  expect(screen.getByText("14.13%")).toBeVisible();
  expect(screen.getByText("还款计划")).toBeVisible();
  expect(bodies(calls, "/schedule").at(-1)).toEqual({ principalFen: 20_000_000, months: 36, repayment: "equal_instalment", rate: { basis: "annual", ppm: 120_000 }, fees: [] });
});

test("a fee counts once it has a value", async () => {
  const { user, calls } = await renderPage(<CalculatorPage />, server);
  await fill(user);
  await user.click(screen.getByRole("button", { name: "加一项费用" }));
  await user.type(screen.getByLabelText("费用"), "3");
  await vi.waitFor(() => expect(bodies(calls, "/schedule").at(-1)).toMatchObject({ fees: [{ kind: "percent", ppm: 30_000, at: "disbursement" }] }));
});

test("two side by side: the difference in words and the month in which it turns", async () => {
  const { user, calls } = await renderPage(<CalculatorPage />, {
    ...server,
    "POST /api/v1/loans/compare": () => ({
      a: summary,
      b: summary,
      difference: { instalmentFen: 23_000, totalCostFen: -1_000_000, nominal: "-0.0200" },
      months: [{ month: 1, aCumulativeFen: 1, bCumulativeFen: 2 }],
      crossing: 7,
    }),
  });
  await fill(user);
  await user.click(screen.getByRole("button", { name: "对比另一笔" }));
  const second = within(await screen.findByRole("group", { name: "方案乙" }));
  await user.clear(second.getByLabelText("利率"));
  await user.type(second.getByLabelText("利率"), "10");
  expect(await screen.findByText("方案乙总成本少 1万。")).toBeVisible();
  expect(screen.getByText("方案乙年化低 2.00 个百分点。")).toBeVisible();
  expect(screen.getByText("方案甲起初付得少，第 7 个月起累计付得更多。")).toBeVisible();
  await vi.waitFor(() => expect(bodies(calls, "/compare").at(-1)).toMatchObject({ a: { rate: { ppm: 120_000 } }, b: { rate: { ppm: 100_000 } } }));
});

test("what the server refuses stands at its field", async () => {
  const { user } = await renderPage(<CalculatorPage />, { "POST /api/v1/loans/schedule": () => problem(422, "products.loan-invalid", "条件有误", [{ pointer: "/months", code: "months.out-of-range", message: "期限应在 1 到 600 个月之间" }]) });
  await fill(user);
  expect(await screen.findByText("期限应在 1 到 600 个月之间")).toBeVisible();
  expect(screen.getByLabelText("期限")).toHaveAccessibleDescription("期限应在 1 到 600 个月之间");
});
