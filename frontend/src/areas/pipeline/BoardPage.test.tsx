import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { board, caseOut, caseRow, missing, stages, target, worker } from "@/test/cases";
import { list, never, problem, renderPage } from "@/test/render";
import { me } from "@/test/rows";
import { BoardPage } from "./BoardPage";

const server = {
  "GET /api/v1/cases/board": () => board(),
  "GET /api/v1/pipelines": () => [],
  "GET /api/v1/lenders": () => list([]),
  "GET /api/v1/cases/*/targets": () => caseOut().next,
  "GET /api/v1/cases/*": () => caseOut(),
};
const page = { path: "/cases/board", me: worker };
const card = (name: string) => screen.findByRole("article", { name: new RegExp(`^${name.replaceAll("*", "\\*")}`) });
const column = (name: string) => within(screen.getByRole("region", { name: new RegExp(`^${name}`) }));
const moves = (calls: { method: string; path: string }[]) => calls.filter(({ method, path }) => method === "POST" && path.endsWith("/move"));

test("filled: columns with their sums, cards masked, open work in total", async () => {
  await renderPage(<BoardPage />, server, page);
  expect(within(await card("王**")).getByText("锦江经营贷")).toBeVisible();
  expect(column("审批").getByText("超时 4")).toBeVisible();
  expect(screen.getByText("共 44 单 · 150.00 万")).toBeVisible();
  expect(screen.getByRole("button", { name: "只看超时 4" })).toBeVisible();
});

test("只看超时 and further cards ask the server", async () => {
  const { user, calls, router } = await renderPage(<BoardPage />, { ...server, "GET /api/v1/cases/board/*": () => list([caseRow({ id: "k4", stage: stages.approval, customer: { id: "c4", name: { value: "赵*", masked: true }, phone: null } })]) }, page);
  await card("王**");
  await user.click(screen.getByRole("button", { name: "再显示，还有 41" }));
  expect(await card("赵*")).toBeVisible();
  expect(calls.find(({ path }) => path === "/api/v1/cases/board/s3")?.query.get("cursor")).toBe("next");
  await user.click(screen.getByRole("button", { name: "只看超时 4" }));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/cases/board" && query.get("late") === "true")).toBe(true));
  expect(router.state.location.search).toBe("?late=true");
});

test("a drop that lacks a document opens its form, and moves once it is there", async () => {
  let received = false;
  const next = () => [target(stages.signed, missing("move", "已在这个阶段")), received ? target(stages.submitted) : target(stages.submitted, missing("document", "收取资料：身份证", { document: "身份证" }))];
  const { user, calls } = await renderPage(
    <BoardPage />,
    {
      ...server,
      "GET /api/v1/cases/*/targets": next,
      "GET /api/v1/cases/*": () => caseOut({ version: 5, next: next() }),
      "PUT /api/v1/cases/*/documents/*": () => ((received = true), []),
      "POST /api/v1/cases/*/move": () => (received ? caseRow({ stage: stages.submitted }) : problem(422, "pipeline.conditions-missing", "进入“进件”还差 1 项")),
    },
    page,
  );
  (await card("王**")).focus();
  await user.keyboard(" ");
  expect(await column("进件").findByText("收取资料：身份证，放下后补齐")).toBeVisible();
  await user.keyboard("{ArrowRight}{Enter}");
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("进入进件还差这些")).toBeInTheDocument();
  await user.click(await dialog.findByRole("button", { name: "已收到" }));
  await vi.waitFor(() => expect(moves(calls)).toHaveLength(2));
  expect(calls.find(({ method }) => method === "PUT")?.path).toBe(`/api/v1/cases/k1/documents/${encodeURIComponent("身份证")}`);
  expect(moves(calls)[1]).toMatchObject({ body: { stageCode: "submitted" } });
  await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("流失 asks for the reason that the server demands; giving up leaves the card where it was", async () => {
  const answers = [problem(422, "pipeline.lost-reason-needed", "选择流失原因"), problem(422, "pipeline.lost-reason-needed", "选择流失原因"), caseRow({ stage: stages.lost, lostReason: "rate_too_high" })];
  const { user, calls } = await renderPage(<BoardPage />, { ...server, "POST /api/v1/cases/*/move": () => answers.shift() }, page);
  await card("王**");
  const lose = async () => {
    await user.click(screen.getByRole("button", { name: "移动 王**" }));
    await user.click(await screen.findByRole("button", { name: /^流失/ }));
    return within(await screen.findByRole("dialog", { name: "移到流失" }));
  };
  await user.click((await lose()).getByRole("button", { name: "取消" }));
  await vi.waitFor(() => expect(screen.getByRole("article", { name: /^王/ })).toHaveAttribute("aria-busy", "false"));
  const dialog = await lose();
  await user.click(dialog.getByRole("radio", { name: "利率高" }));
  await user.click(dialog.getByRole("button", { name: "确认流失" }));
  await vi.waitFor(() => expect(moves(calls).at(-1)).toMatchObject({ body: { stageCode: "lost", lostReason: "rate_too_high" } }));
});

test("somebody was faster: the card says where it is now", async () => {
  const stale = problem(409, "core.stale", "数据已变化");
  Object.assign(stale.body, { current: caseRow({ stage: stages.approval, version: 5 }) });
  const { user } = await renderPage(<BoardPage />, { ...server, "GET /api/v1/cases/*/targets": () => [target(stages.submitted)], "POST /api/v1/cases/*/move": () => stale }, page);
  const first = await card("王**");
  first.focus();
  await user.keyboard(" {ArrowRight}{Enter}");
  expect(await within(await card("王**")).findByRole("alert")).toHaveTextContent("别人刚把它移到了「审批」，这里已更新。");
});

test("n opens the form; the customer is searched by a body, product and fee go along", async () => {
  const { user, calls, router } = await renderPage(
    <BoardPage />,
    {
      ...server,
      "POST /api/v1/customers/search": () => list([{ id: "c1", name: { value: "王**", masked: true }, phone: { value: "186****0021", masked: true } }]),
      "GET /api/v1/products": () => list([{ id: "pr1", name: "锦江经营贷", lender: { id: "l1", name: "锦江银行" }, current: { id: "v1", number: 3 } }]),
      "POST /api/v1/cases": () => caseRow({ id: "k7" }),
    },
    page,
  );
  await card("王**");
  await user.keyboard("n");
  await user.click(await screen.findByLabelText("客户"));
  await user.paste("0021");
  await user.click(await screen.findByText("186****0021", {}, { timeout: 5000 }));
  await user.click(screen.getByLabelText("产品"));
  await user.click(await screen.findByText("锦江银行"));
  await user.click(screen.getByLabelText("服务费比例"));
  await user.paste("3");
  await user.click(screen.getByLabelText("需求金额"));
  await user.paste("50万");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/cases/k7"));
  expect(calls.findLast(({ path }) => path.endsWith("/search"))?.body).toMatchObject({ search: "0021" });
  expect(calls.find(({ method, path }) => method === "POST" && path === "/api/v1/cases")?.body).toEqual({ customerId: "c1", productVersionId: "v1", wantedFen: 50_000_000, feeRatePpm: 30_000 });
});

test("empty, loading, refused", async () => {
  await renderPage(<BoardPage />, { ...server, "GET /api/v1/cases/board": () => board({ columns: board().columns.map((one) => ({ ...one, cards: [], count: 0, late: 0, amountFen: 0, nextCursor: null })) }) }, page);
  expect(await screen.findAllByText("没有业务单")).toHaveLength(4);
});
test("loading shows columns of the real size", async () => {
  await renderPage(<BoardPage />, { ...server, "GET /api/v1/cases/board": never }, page);
  await vi.waitFor(() => expect(document.querySelectorAll(".lb-kanban-skeleton").length).toBeGreaterThan(3));
});
test("refused says what is missing; without the permission there is no 新建", async () => {
  await renderPage(<BoardPage />, { ...server, "GET /api/v1/cases/board": () => problem(403, "core.forbidden", "你没有「查看业务单」权限，找王磊开通") }, { ...page, me });
  expect(await screen.findByText("你没有「查看业务单」权限，找王磊开通")).toBeVisible();
  expect(screen.queryByRole("button", { name: "新建业务单" })).toBeNull();
});
