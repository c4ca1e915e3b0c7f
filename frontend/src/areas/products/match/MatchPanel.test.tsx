import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { match, matchItem, qualification, qualificationFields } from "@/test/products";
import { never, problem, renderPage, type Call } from "@/test/render";
import { allowed, customer, me } from "@/test/rows";
import { MatchPanel } from "./MatchPanel";
import { TopProducts } from "./TopProducts";

const person = customer({ allowedActions: allowed("edit") });
const server = {
  "GET /api/v1/qualification-fields": () => ({ items: qualificationFields }),
  "GET /api/v1/customers/*": () => person,
  "GET /api/v1/customers/*/qualification": () => qualification(),
  "POST /api/v1/customers/*/matches": () => match(),
};
const seller = { ...me, permissions: [...me.permissions, { permission: "pipeline.create", scope: "self" as const }] };
const matches = (calls: Call[]) => calls.filter(({ method, path }) => method === "POST" && path.endsWith("/matches")).map(({ body }) => body);

test("counts, cost with its basis, the limit with numbers, near misses with dates, and why", async () => {
  const { user } = await renderPage(<MatchPanel customer={person} />, server);
  expect(await screen.findByRole("button", { name: "可做 1" })).toBeVisible();
  expect(screen.getByRole("button", { name: "差 1" })).toBeVisible();
  const fitting = within(screen.getByRole("region", { name: "可做" }));
  expect(fitting.getByText("38.4万")).toBeVisible();
  expect(fitting.getByText("13.04% 年化(IRR)")).toBeVisible();
  expect(fitting.getByText("1.29万 × 36 期")).toBeVisible();
  expect(fitting.getByText("额度 = min(50万, 3,200×12×10=38.4万)=38.4万")).toBeVisible();
  expect(screen.getByText("差：公积金连续月数再过 10 个月：从 2027-09 起")).toBeVisible();
  expect(screen.queryByText("没有房产")).toBeNull();
  await user.click(screen.getByRole("button", { name: "显示 1 个" }));
  expect(screen.getByText("没有房产")).toBeVisible();
  await user.click(fitting.getByRole("button", { name: "为什么" }));
  expect(fitting.getByText("公积金连续月数 14 ≥ 12")).toBeVisible();
});

test("a missing value is tried first and saved to the qualification on demand", async () => {
  const { user, calls } = await renderPage(<MatchPanel customer={person} />, { ...server, "PATCH /api/v1/customers/*/qualification": () => qualification({ version: 5 }) });
  await user.type(await screen.findByLabelText("近2月征信查询"), "3{Enter}");
  await vi.waitFor(() => expect(matches(calls)).toHaveLength(2));
  expect(matches(calls)[1]).toEqual({ facts: { queries2m: 3 }, amountFen: null, months: null, aim: "cost" });
  expect(calls.some(({ method }) => method === "PATCH")).toBe(false);
  await user.click(await screen.findByRole("button", { name: "保存到资质" }));
  await vi.waitFor(() => expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ values: { queries2m: 3 }, source: "stated" }));
  await vi.waitFor(() => expect(screen.queryByText("试算中")).toBeNull());
});

test("another aim and another amount are run again", async () => {
  const { user, calls } = await renderPage(<MatchPanel customer={person} />, server);
  await user.click(await screen.findByRole("radio", { name: "月供最低" }));
  await vi.waitFor(() => expect(matches(calls).at(-1)).toMatchObject({ aim: "instalment" }));
  await user.clear(screen.getByLabelText("需求金额"));
  await user.type(screen.getByLabelText("需求金额"), "20万");
  await vi.waitFor(() => expect(matches(calls).at(-1)).toMatchObject({ aim: "instalment", amountFen: 20_000_000 }));
});

test("a case is opened with the version that was shown", async () => {
  const { user, calls, router } = await renderPage(<MatchPanel customer={person} />, { ...server, "POST /api/v1/cases": () => ({ id: "k9" }) }, { me: seller });
  const fitting = within(await screen.findByRole("region", { name: "可做" }));
  await user.click(fitting.getByRole("button", { name: "建业务单" }));
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/cases/k9"));
  const call = calls.find(({ path }) => path.endsWith("/cases"));
  expect(call?.body).toEqual({ customerId: "c1", productVersionId: "v1", wantedFen: 38_400_000, wantedMonths: 36 });
  expect(call?.headers.get("Idempotency-Key")).toBeTruthy();
});

test("without the permission there is no case to open", async () => {
  await renderPage(<MatchPanel customer={person} />, server);
  await screen.findByRole("region", { name: "可做" });
  expect(screen.queryByRole("button", { name: "建业务单" })).toBeNull();
});

test("two products side by side with the fees of their versions", async () => {
  const summary = { instalmentFen: 1_290_000, totalInterestFen: 7_000_000, totalFeesFen: 768_000, totalCostFen: 7_768_000, nominal: "0.1304", effective: "0.1385" };
  const { user, calls } = await renderPage(<MatchPanel customer={person} />, {
    ...server,
    "POST /api/v1/customers/*/matches": () => match({ items: [matchItem(), matchItem({ versionId: "v2", productName: "天府信用贷", amountFen: 20_000_000 })] }),
    "GET /api/v1/product-versions/*": () => ({ body: { fees: [{ code: "service", title: "手续费", kind: "percent", ppm: 20_000, amountFen: null, at: "disbursement" }] } }),
    "POST /api/v1/loans/compare": () => ({
      a: summary,
      b: { ...summary, totalCostFen: 6_768_000 },
      difference: { instalmentFen: 0, totalCostFen: -1_000_000, nominal: "-0.0120" },
      months: [{ month: 0, aCumulativeFen: 0, bCumulativeFen: 0 }, { month: 1, aCumulativeFen: 100, bCumulativeFen: 200 }],
      crossing: 18,
    }),
  });
  for (const box of await screen.findAllByRole("checkbox", { name: "对比" })) await user.click(box);
  await user.click(screen.getByRole("button", { name: "对比" }));
  expect(await screen.findByText("天府信用贷总成本少 1万。")).toBeVisible();
  expect(screen.getByText("锦江公积金贷起初付得少，第 18 个月起累计付得更多。")).toBeVisible();
  expect(calls.find(({ path }) => path.endsWith("/compare"))?.body).toMatchObject({ a: { principalFen: 20_000_000, fees: [{ ppm: 20_000 }] }, b: { principalFen: 20_000_000 } });
});

test("loading, nothing on sale, and a refusal", async () => {
  await renderPage(<MatchPanel customer={person} />, { ...server, "POST /api/v1/customers/*/matches": never });
  expect(await screen.findByRole("status")).toHaveAttribute("aria-busy", "true");
});
test("nothing on sale", async () => {
  await renderPage(<MatchPanel customer={person} />, { ...server, "POST /api/v1/customers/*/matches": () => match({ items: [], ask: null, counts: { yes: 0, unknown: 0, near: 0, no: 0 } }) });
  expect(await screen.findByText("没有在售产品")).toBeVisible();
});
test("a refusal", async () => {
  await renderPage(<MatchPanel customer={person} />, { ...server, "POST /api/v1/customers/*/matches": () => problem(403, "core.forbidden", "不能匹配产品") });
  expect(await screen.findByText("不能匹配产品")).toBeVisible();
});

test("the three that cost least, from what is known, kept nowhere", async () => {
  const { calls } = await renderPage(<TopProducts customerId="c1" onAll={() => undefined} />, { ...server, "POST /api/v1/matches": () => match() });
  expect(await screen.findByText("锦江公积金贷")).toBeVisible();
  expect(screen.getByText("还差：近2月征信查询（决定 9 个产品）")).toBeVisible();
  expect(matches(calls)).toEqual([{ facts: { fundMonths: 14, wantedAmount: 30_000_000 }, amountFen: null, months: null, aim: "cost" }]);
});
