import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { list, never, problem, renderPage } from "@/test/render";
import { customer, customerRow, me } from "@/test/rows";
import { CustomersPage } from "./CustomersPage";

const rows = [customerRow(), customerRow({ id: "c2", name: { value: "欧阳**", masked: true } })];
const server = { "GET /api/v1/customers": () => list(rows), "GET /api/v1/customers/total": () => ({ total: 312, capped: false }) };
const page = { path: "/customers" };

test("filled: rows masked, the total beside, and a filter asks the server", async () => {
  const { user, calls, router } = await renderPage(<CustomersPage />, server, page);
  expect(await screen.findByText("欧阳**")).toBeVisible();
  expect(screen.getAllByText("186****0021")).toHaveLength(2);
  expect(await screen.findByText("已载入 2 · 共 312")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "意向" }));
  await user.click(await screen.findByRole("checkbox", { name: "A 意向强" }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/customers" && query.get("intent") === "A")).toBe(true));
  expect(router.state.location.search).toBe("?intent=A");
});

test("a search text goes in a body and into no address", async () => {
  const { user, calls, router } = await renderPage(<CustomersPage />, { ...server, "POST /api/v1/customers/search": () => list([rows[1]]) }, page);
  await user.type(await screen.findByLabelText("姓名、4 位号码、首字母"), "0021");
  await vi.waitFor(() => expect(calls.findLast(({ path }) => path.endsWith("/search"))?.body).toMatchObject({ search: "0021" }));
  await vi.waitFor(() => expect(screen.queryByText("王**")).toBeNull());
  expect(calls.every(({ query }) => !query.toString().includes("0021"))).toBe(true);
  expect(router.state.location.search).toBe("");
});

test("selected rows are given to a colleague with their versions; a refusal is told by name", async () => {
  const answers = [customerRow({ version: 4 }), problem(409, "core.stale", "数据已变化")];
  const { user, calls } = await renderPage(
    <CustomersPage />,
    {
      ...server,
      "GET /api/v1/employees": () => list([{ id: "e2", displayName: "陈明", employeeNo: "2", username: "s2", orgUnit: { id: "u1", name: "抵押一组" }, onDuty: true, active: true, roles: [] }]),
      "POST /api/v1/customers/*/assign": () => answers.shift(),
    },
    page,
  );
  await screen.findByText("欧阳**");
  await user.keyboard("jxjx");
  await user.click(await screen.findByRole("button", { name: "分配" }));
  await user.click(await screen.findByRole("combobox", { name: "选择员工" }));
  await user.click(await screen.findByText("陈明 · 抵押一组"));
  await user.click(screen.getByRole("button", { name: "分配 2 位" }));
  expect(await screen.findByText("欧阳**: 数据已变化")).toBeVisible();
  const sent = calls.filter(({ path }) => path.endsWith("/assign"));
  expect(sent.map(({ headers }) => headers.get("If-Match"))).toEqual(['"3"', '"3"']);
  expect(sent[0]?.body).toEqual({ ownerId: "e2" });
});

test("empty, loading, refused", async () => {
  const { user } = await renderPage(<CustomersPage />, { ...server, "GET /api/v1/customers": () => list([]) }, { ...page, at: "/customers?intent=A" });
  expect(await screen.findByText("没有符合条件的客户")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "清除" }));
  expect(await screen.findByText("还没有客户")).toBeVisible();
});

test("loading shows rows of the real height", async () => {
  await renderPage(<CustomersPage />, { ...server, "GET /api/v1/customers": never }, page);
  await vi.waitFor(() => expect(document.querySelectorAll(".lb-skeleton-row").length).toBeGreaterThan(5));
});

test("refused says what is missing; without the permission there is no 新建", async () => {
  await renderPage(<CustomersPage />, { ...server, "GET /api/v1/customers": () => problem(403, "core.forbidden", "你没有「查看客户」权限，找王磊开通") }, { ...page, me: { ...me, permissions: [] } });
  expect(await screen.findByText("你没有「查看客户」权限，找王磊开通")).toBeVisible();
  expect(screen.queryByRole("button", { name: "新建客户" })).toBeNull();
});

test("Space shows the row beside the list, j changes what is shown, and the page is one step away", async () => {
  const known: Record<string, string> = { c1: "王**", c2: "欧阳**" };
  const { user, router } = await renderPage(
    <CustomersPage />,
    { ...server, "GET /api/v1/customers/*": ({ path }) => customer({ id: path.split("/").at(-1) ?? "", name: { value: known[path.split("/").at(-1) ?? ""] ?? "", masked: true } }) },
    page,
  );
  await screen.findByText("欧阳**");
  await user.keyboard("j ");
  const drawer = await screen.findByRole("dialog");
  expect(await within(drawer).findByText("510***********1234")).toBeInTheDocument();
  expect(router.state.location.search).toBe("?row=c1");
  await user.keyboard("j");
  await vi.waitFor(() => expect(router.state.location.search).toBe("?row=c2"));
  expect(await within(drawer).findAllByText("欧阳**")).not.toHaveLength(0);
  await user.click(within(drawer).getByRole("button", { name: "打开完整页面" }));
  expect(router.state.location.pathname).toBe("/customers/c2");
});
