import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { caseRow, worker } from "@/test/cases";
import { list, never, problem, renderPage } from "@/test/render";
import { customer } from "@/test/rows";
import { CasesPage } from "./CasesPage";
import { CustomerCases } from "./CustomerCases";

const server = {
  "GET /api/v1/cases": () => list([caseRow(), caseRow({ id: "k2", customer: { id: "c2", name: { value: "刘*", masked: true }, phone: null } })]),
  "GET /api/v1/cases/total": () => ({ total: 148, capped: false }),
  "GET /api/v1/pipelines": () => [],
  "GET /api/v1/lenders": () => list([]),
};
const page = { path: "/cases", me: worker };

test("filled: mine first, a view and a filter ask the server and stand in the address", async () => {
  const { user, calls, router } = await renderPage(<CasesPage />, server, page);
  expect(await screen.findByText("刘*")).toBeVisible();
  expect(calls.find(({ path }) => path === "/api/v1/cases")?.query.get("ownerId")).toBe("e1");
  expect(screen.getAllByText("50.00")).toHaveLength(2);
  await user.click(screen.getByRole("tab", { name: /超时/ }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/cases" && query.get("late") === "true")).toBe(true));
  await user.click(screen.getByRole("button", { name: "产品类型" }));
  await user.click(await screen.findByRole("radio", { name: "车贷" }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/cases" && query.get("productKind") === "car")).toBe(true));
  expect(router.state.location.search).toBe("?view=late&productKind=car");
});

test("empty says what to do", async () => {
  const { user } = await renderPage(<CasesPage />, { ...server, "GET /api/v1/cases": () => list([]) }, { ...page, at: "/cases?productKind=car" });
  expect(await screen.findByText("没有符合条件的业务单")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "清除" }));
  expect(await screen.findByText("还没有业务单")).toBeVisible();
});
test("loading and refused", async () => {
  await renderPage(<CasesPage />, { ...server, "GET /api/v1/cases": never }, page);
  await vi.waitFor(() => expect(document.querySelectorAll(".lb-skeleton-row").length).toBeGreaterThan(5));
});
test("refused says what is missing", async () => {
  await renderPage(<CasesPage />, { ...server, "GET /api/v1/cases": () => problem(403, "core.forbidden", "你没有「查看业务单」权限") }, page);
  expect(await screen.findByText("你没有「查看业务单」权限")).toBeVisible();
});

test("on the customer's page: stage and money, and a new one with what the customer wants", async () => {
  const { user, calls, router } = await renderPage(
    <CustomerCases customer={customer()} />,
    { ...server, "GET /api/v1/cases": () => list([caseRow({ disbursedFen: 50_000_000, dueFen: 1_500_000, receivedFen: 500_000, outstandingFen: 1_000_000 })]), "POST /api/v1/cases": () => caseRow({ id: "k9" }) },
    { path: "/customers/c1", me: worker },
  );
  expect(await screen.findByText("未收 1万")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "新建业务单" }));
  expect(await screen.findByLabelText("需求金额")).toHaveValue("50万");
  await user.click(screen.getByRole("button", { name: "新建" }));
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/cases/k9"));
  expect(calls.find(({ method, path }) => method === "POST" && path === "/api/v1/cases")?.body).toEqual({ customerId: "c1", wantedFen: 50_000_000 });
});
test("a customer without cases says how to begin", async () => {
  await renderPage(<CustomerCases customer={customer()} />, { ...server, "GET /api/v1/cases": () => list([]) }, { path: "/customers/c1", me: worker });
  expect(await screen.findByText("选定产品和金额，就能开单推进。")).toBeVisible();
});
