import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { caseOut, caseRow, missing, receipts, stages, submission, target, worker } from "@/test/cases";
import { list, never, problem, renderPage } from "@/test/render";
import { allowed } from "@/test/rows";
import { CasePage } from "./CasePage";

const history = { id: "h1", at: new Date().toISOString(), from: { id: "s0", code: "visit", name: "到访", kind: "visit", tone: "indigo" }, to: stages.signed, by: { id: "e1", displayName: "李婷" }, reason: null, comment: null, seconds: 2 * 86_400, back: false };
const server = {
  "GET /api/v1/cases/*": () => caseOut(),
  "GET /api/v1/cases/*/history": () => list([history]),
  "GET /api/v1/cases/*/receipts": () => receipts(),
  "GET /api/v1/products": () => list([]),
};
const page = { path: "/cases/:caseId", at: "/cases/k1", me: worker };
const sent = (calls: { method: string; path: string; body: unknown }[], method: string, end: string) => calls.find((call) => call.method === method && call.path.endsWith(end))?.body;

test("where it stands, what the next stage still asks for; a ticked document is sent", async () => {
  const { user, calls } = await renderPage(<CasePage />, { ...server, "PUT /api/v1/cases/*/documents/*": () => [] }, page);
  expect(await screen.findByRole("heading", { name: "王**" })).toBeVisible();
  expect(screen.getByRole("listitem", { current: "step" })).toHaveTextContent("签约");
  expect(screen.getByText("收取资料：身份证")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "已收到" }));
  await vi.waitFor(() => expect(calls.some(({ method }) => method === "PUT")).toBe(true));
  expect(document.title).not.toContain("王");
});

test("a concurrent change shows the present state and offers to go on from it", async () => {
  const stale = problem(409, "core.stale", "数据已变化");
  Object.assign(stale.body, { current: caseRow({ stage: stages.submitted, version: 5 }) });
  let version = 4;
  const answers = [stale, caseRow({ stage: stages.approval, version: 6 })];
  const { user, calls } = await renderPage(
    <CasePage />,
    {
      ...server,
      "GET /api/v1/cases/*": () => caseOut({ version, stage: version === 4 ? stages.signed : stages.submitted, next: [target(stages.signed, missing("move", "已在")), target(stages.submitted), target(stages.approval)] }),
      "POST /api/v1/cases/*/move": () => ((version += 1), answers.shift()),
    },
    page,
  );
  await user.click(await screen.findByRole("button", { name: "推进到…" }));
  await user.click(await screen.findByRole("button", { name: "审批" }));
  expect(await screen.findByText("别人刚把它移到了「进件」，这里已更新。")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "继续推进到审批" }));
  await vi.waitFor(() => expect(calls.filter(({ path }) => path.endsWith("/move")).map(({ headers }) => headers.get("If-Match"))).toEqual(['"4"', '"5"']));
});

test("a decision: approved with amount, term and rate; declined with its reason", async () => {
  const { user, calls } = await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => caseOut({ submissions: [submission()] }), "POST /api/v1/submissions/*/decision": () => submission({ state: "approved" }) }, { ...page, at: "/cases/k1?tab=lending" });
  await user.click(await screen.findByRole("button", { name: "登记答复" }));
  const dialog = within(await screen.findByRole("dialog"));
  const amount = dialog.getByLabelText("批复金额");
  expect(amount).toHaveValue("50万");
  await user.clear(amount);
  await user.type(amount, "40万");
  await user.type(dialog.getByLabelText("批复利率"), "0.6");
  await user.click(dialog.getByRole("button", { name: "保存答复" }));
  await vi.waitFor(() => expect(sent(calls, "POST", "/decision")).toEqual({ state: "approved", approvedFen: 40_000_000, approvedMonths: 36, approvedRatePpm: 6000 }));
});

test("a decline needs its reason", async () => {
  const { user, calls } = await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => caseOut({ submissions: [submission()] }), "POST /api/v1/submissions/*/decision": () => submission({ state: "declined" }) }, { ...page, at: "/cases/k1?tab=lending" });
  await user.click(await screen.findByRole("button", { name: "登记答复" }));
  await user.click(await screen.findByRole("radio", { name: "拒绝" }));
  await user.click(screen.getByRole("button", { name: "保存答复" }));
  expect(await screen.findByText("填写拒绝原因")).toBeVisible();
  await user.type(screen.getByLabelText("拒绝原因"), "征信查询过多{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(sent(calls, "POST", "/decision")).toEqual({ state: "declined", declinedReason: "征信查询过多" }));
});

test("a lender that is not active is refused at the form", async () => {
  const { user } = await renderPage(<CasePage />, { ...server, "POST /api/v1/cases/*/submissions": () => problem(409, "pipeline.lender-not-active", "资方“锦江银行”不在合作中，不能进件") }, { ...page, at: "/cases/k1?tab=lending" });
  await user.click((await screen.findAllByRole("button", { name: "进件" }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "进件" }));
  expect(await dialog.findByText("资方“锦江银行”不在合作中，不能进件")).toBeVisible();
});

test("a receipt in two keys: outstanding, today, transfer; over the due amount it is told at the amount", async () => {
  const over = problem(422, "finance.over-due", "超过未收：应收 15,000.00，未收 10,000.00", [{ pointer: "/amountFen", code: "finance.over-due", message: "最多 10,000.00 元" }]);
  const answers = [over, receipts().items[0]];
  const { user, calls } = await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => caseOut({ dueFen: 1_500_000, outstandingFen: 1_000_000 }), "POST /api/v1/cases/*/receipts": () => answers.shift() }, page);
  await screen.findByRole("heading", { name: "王**" });
  await user.keyboard("r");
  const amount = await screen.findByLabelText("金额");
  expect(amount).toHaveValue("1万");
  await user.click(amount);
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("最多 10,000.00 元")).toBeVisible();
  await user.keyboard("{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(screen.queryByLabelText("金额")).toBeNull());
  expect(sent(calls, "POST", "/receipts")).toMatchObject({ amountFen: 1_000_000, method: "transfer" });
});

test("a receipt is reversed with a reason, and what was taken back is told", async () => {
  const { user, calls } = await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => caseOut({ disbursedFen: 50_000_000, dueFen: 1_500_000 }), "POST /api/v1/receipts/*/reverse": () => receipts().items[0] }, { ...page, at: "/cases/k1?tab=money" });
  await user.click(await screen.findByRole("button", { name: "冲销" }));
  await user.type(await screen.findByLabelText("冲销原因"), "金额录错{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(sent(calls, "POST", "/reverse")).toEqual({ reason: "金额录错" }));
});

test("history says who, when and how long; what is not allowed explains itself", async () => {
  const no = { action: "move", allowed: false, reason: { code: "pipeline.not-yours", message: "这张业务单不在你的数据范围内" } };
  await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => caseOut({ allowedActions: [no, ...allowed("edit")] }) }, { ...page, at: "/cases/k1?tab=history" });
  expect(await screen.findByText("在到访停留 2 天")).toBeVisible();
  const button = screen.getByRole("button", { name: "推进到…" });
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveTextContent("这张业务单不在你的数据范围内");
});

test("not there and not yours are one text", async () => {
  await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": () => problem(404, "pipeline.case-not-found", "") }, page);
  expect(await screen.findByText("不存在或无权查看")).toBeVisible();
});
test("loading", async () => {
  await renderPage(<CasePage />, { ...server, "GET /api/v1/cases/*": never }, page);
  expect(await screen.findByText("载入中")).toBeInTheDocument();
});
