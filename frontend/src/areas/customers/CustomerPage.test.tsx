import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { list, problem, renderPage } from "@/test/render";
import { match, qualification, qualificationFields } from "@/test/products";
import { allowed, customer, me } from "@/test/rows";
import { CustomerPage } from "./CustomerPage";

const followUp = { id: "f1", at: new Date().toISOString(), by: null, outcome: "no_answer", intent: null, note: null, nextActionAt: null, nextActionKind: null };
const server = {
  "GET /api/v1/customers/*": () => customer(),
  "GET /api/v1/customers/*/timeline": () => list([{ id: "t1", at: new Date(Date.now() - 600_000).toISOString(), kind: "assigned", actor: null, text: "按规则分配给 李婷", facts: {}, followUp: null }]),
  "POST /api/v1/customers/*/follow-ups": () => followUp,
};
const page = { path: "/customers/:customerId", at: "/customers/c1" };

test("who, facts masked, and what happened; nothing personal in the title", async () => {
  await renderPage(<CustomerPage />, server, page);
  expect(await screen.findByRole("heading", { name: "王**" })).toBeVisible();
  expect(screen.getByText("510***********1234")).toBeVisible();
  expect(await screen.findByText("按规则分配给 李婷")).toBeVisible();
  expect(document.title).not.toContain("王");
});

test("nobody answered: f 3 Ctrl+Enter", async () => {
  const { user, calls } = await renderPage(<CustomerPage />, server, page);
  await screen.findByText("按规则分配给 李婷");
  await user.keyboard("f");
  await screen.findByRole("form", { name: "跟进" });
  await user.keyboard("3{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(calls.find(({ path, method }) => method === "POST" && path.endsWith("/follow-ups"))?.body).toMatchObject({ outcome: "no_answer" }));
  await vi.waitFor(() => expect(screen.queryByRole("form", { name: "跟进" })).toBeNull());
});

test("a follow-up without an outcome is not sent, a refused one keeps what was typed", async () => {
  const { user, calls } = await renderPage(<CustomerPage />, { ...server, "POST /api/v1/customers/*/follow-ups": () => problem(409, "customers.not-yours", "客户已转给陈明") }, page);
  await screen.findByText("按规则分配给 李婷");
  await user.keyboard("f");
  await user.type(await screen.findByLabelText("备注"), "下周再说");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("先选结果，按 1–6。")).toBeVisible();
  expect(calls.some(({ path, method }) => method === "POST" && path.endsWith("/follow-ups"))).toBe(false);
  await user.click(screen.getByRole("radio", { name: "再联系" }));
  await user.click(screen.getByRole("button", { name: "保存" }));
  expect(await screen.findByText("客户已转给陈明")).toBeVisible();
  expect(screen.getByLabelText("备注")).toHaveValue("下周再说");
});

test("calling shows the number for the reason 拨打", async () => {
  const { user, calls } = await renderPage(
    <CustomerPage />,
    { ...server, "POST /api/v1/customers/*/reveal": () => ({ value: "18600000021", expiresAt: new Date(Date.now() + 30_000).toISOString(), remainingHour: 7, remainingDay: 40 }) },
    page,
  );
  await user.click(await screen.findByRole("button", { name: "拨打" }));
  expect(await screen.findByText("18600000021")).toBeInTheDocument();
  expect(calls.find(({ path }) => path.endsWith("/reveal"))?.body).toEqual({ field: "phone", reason: { code: "call" } });
});

test("what is not allowed says why, what is not offered is absent", async () => {
  const refused = { action: "follow_up", allowed: false, reason: { code: "customers.not-yours", message: "只有归属人可以跟进" } };
  await renderPage(<CustomerPage />, { ...server, "GET /api/v1/customers/*": () => customer({ allowedActions: [...allowed("reveal"), refused] }) }, page);
  const button = await screen.findByRole("button", { name: /^跟进/ });
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveTextContent("只有归属人可以跟进");
  expect(screen.queryByRole("button", { name: "编辑" })).toBeNull();
});

test("m shows what fits, the side its best three; the tab tells how much is known", async () => {
  const seller = { ...me, permissions: [...me.permissions, { permission: "products.match", scope: "company" as const }] };
  const matching = {
    ...server,
    "GET /api/v1/customers/*": () => customer({ completenessBps: 6850, stars: 3, contactState: "unreachable", unreachableCount: 2 }),
    "GET /api/v1/qualification-fields": () => ({ items: qualificationFields }),
    "GET /api/v1/customers/*/qualification": () => qualification(),
    "POST /api/v1/matches": () => match(),
    "POST /api/v1/customers/*/matches": () => match(),
  };
  const { user } = await renderPage(<CustomerPage />, matching, { ...page, me: seller });
  expect(await screen.findByText("锦江公积金贷")).toBeVisible();
  expect(screen.getByRole("tab", { name: "资质 68%" })).toBeVisible();
  expect(screen.getByText("未接 ×2")).toBeVisible();
  await user.keyboard("m");
  expect(await screen.findByText("匹配 王**")).toBeVisible();
  expect(await screen.findByRole("region", { name: "可做" })).toBeVisible();
});

test("not there and not yours are one text", async () => {
  await renderPage(<CustomerPage />, { ...server, "GET /api/v1/customers/*": () => problem(404, "customers.not-found", "") }, page);
  expect(await screen.findByText("不存在或无权查看")).toBeVisible();
});

test("who may see the audit trail finds the customer's history in it from here", async () => {
  const auditor = { ...me, permissions: [...me.permissions, { permission: "access.audit.view", scope: "company" as const }] };
  const { user, router } = await renderPage(<CustomerPage />, server, { ...page, me: auditor });
  await user.click(await screen.findByRole("button", { name: "审计" }));
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/audit/records/c1"));
});
