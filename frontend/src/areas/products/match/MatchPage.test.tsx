import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { match, qualification, qualificationFields } from "@/test/products";
import { never, problem, renderPage } from "@/test/render";
import { customer } from "@/test/rows";
import { MatchPage } from "./MatchPage";

const server = {
  "GET /api/v1/qualification-fields": () => ({ items: qualificationFields }),
  "POST /api/v1/matches": () => match(),
};

test("what matters first; a value starts the match; nothing is stored and nothing goes into the address", async () => {
  const { user, calls, router } = await renderPage(<MatchPage />, server, { path: "/match" });
  expect(await screen.findByText("填一项就开始匹配")).toBeVisible();
  expect(screen.queryByLabelText("房产估值")).toBeNull();
  await user.click(screen.getByRole("radiogroup", { name: "有房产" }).querySelector("button") as HTMLElement);
  expect(await screen.findByLabelText("房产估值")).toBeVisible();
  await user.type(screen.getByLabelText("公积金连续月数"), "1年2个月");
  expect(await screen.findByText("锦江公积金贷")).toBeVisible();
  await vi.waitFor(() => expect(calls.filter(({ path }) => path.endsWith("/matches")).at(-1)?.body).toMatchObject({ facts: { hasHouse: true, fundMonths: 14 } }));
  expect(calls.some(({ path }) => path.includes("/customers") || path.includes("/drafts"))).toBe(false);
  expect(router.state.location.search).toBe("");
});

test("kept as a customer with what was said; a second try makes no second customer", async () => {
  let tries = 0;
  const { user, calls, router } = await renderPage(
    <MatchPage />,
    {
      ...server,
      "POST /api/v1/customers": () => customer({ id: "c7" }),
      "GET /api/v1/customers/*/qualification": () => qualification({ version: 0 }),
      "PATCH /api/v1/customers/*/qualification": () => (++tries === 1 ? problem(503, "core.unavailable", "稍后再试") : qualification({ version: 1 })),
    },
    { path: "/match" },
  );
  await user.type(await screen.findByLabelText("年龄"), "35");
  await user.click(screen.getByRole("button", { name: "存为客户" }));
  await user.type(await screen.findByLabelText("姓名"), "王小明");
  await user.type(screen.getByLabelText("电话"), "13800005678");
  const submit = screen.getAllByRole("button", { name: "存为客户" }).at(-1) as HTMLElement;
  await user.click(submit);
  expect(await screen.findByText("稍后再试")).toBeVisible();
  await user.click(submit);
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/customers/c7"));
  expect(calls.filter(({ method, path }) => method === "POST" && path.endsWith("/customers"))).toHaveLength(1);
  expect(calls.filter(({ method }) => method === "PATCH").at(-1)?.body).toEqual({ values: { age: 35 }, source: "stated" });
});

test("a refused value says so at its field", async () => {
  const { user } = await renderPage(<MatchPage />, {
    ...server,
    "POST /api/v1/matches": () => problem(422, "products.facts-invalid", "有错误", [{ pointer: "/facts/age", code: "customers.field-range", message: "应在 0 到 120 之间" }]),
  });
  await user.type(await screen.findByLabelText("年龄"), "350");
  await vi.waitFor(() => expect(screen.getByText("应在 0 到 120 之间")).toBeVisible(), { timeout: 5000 });
});

test("loading and a refusal", async () => {
  await renderPage(<MatchPage />, { ...server, "GET /api/v1/qualification-fields": never });
  expect(await screen.findByRole("status")).toHaveAttribute("aria-busy", "true");
});
test("a refusal of the whole", async () => {
  const { user } = await renderPage(<MatchPage />, { ...server, "POST /api/v1/matches": () => problem(403, "core.forbidden", "不能匹配产品") });
  await user.type(await screen.findByLabelText("年龄"), "35");
  expect(await screen.findByText("不能匹配产品")).toBeVisible();
});
