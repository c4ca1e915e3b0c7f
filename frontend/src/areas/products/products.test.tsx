import { configure, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Lender, Product, ProductRow, ProductVersion, VersionSummary } from "@/api/types";
import { list, never, problem, renderPage, type Server } from "@/test/render";
import { allowed, me } from "@/test/rows";
import { everyOperator, sampleFields } from "@/test/rules";
import { LendersPage } from "./LendersPage";
import { ProductPage } from "./ProductPage";
import { ProductsPage } from "./ProductsPage";

vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });
const rules = { ...everyOperator, conditions: everyOperator.conditions.slice(0, 2) };
const AT = "2026-11-20T06:05:00Z";
const manager = { ...me, permissions: [...me.permissions, ...["products.view", "products.manage", "products.approve", "products.lenders.manage"].map((permission) => ({ permission, scope: "company" as const }))] };
const current: NonNullable<ProductRow["current"]> = { id: "v1", number: 1, effectiveFrom: AT, amountMinFen: 3_000_000, amountMaxFen: 50_000_000, rate: { basis: "annual", minPpm: 45_000, maxPpm: 108_000 }, terms: [12, 24, 36], approvalHours: 24 };
const productRow = (part: Partial<ProductRow> = {}): ProductRow => ({ id: "p1", version: 4, name: "锦江公积金信用贷", kind: "fund", state: "active", lender: { id: "l1", name: "锦江商业银行" }, enabledReason: null, current, draft: { id: "v2", number: 2 }, allowedActions: allowed("edit", "activate", "approve"), ...part });
const summary = (part: Partial<VersionSummary>): VersionSummary => ({ id: "v1", number: 1, state: "approved", version: 1, note: null, createdAt: AT, createdBy: { id: "e1", displayName: "李婷" }, approvedAt: AT, approvedBy: { id: "e9", displayName: "王磊" }, effectiveFrom: AT, effectiveTo: null, effective: true, ...part });
const draftSummary = summary({ id: "v2", number: 2, state: "draft", version: 7, approvedAt: null, approvedBy: null, effectiveFrom: null, effective: false });
const product = (part: Partial<Product> = {}): Product => ({ ...productRow(), versions: [draftSummary, summary({})], ...part });
const body: ProductVersion["body"] = {
  amountMinFen: 3_000_000,
  amountMaxFen: 50_000_000,
  terms: [12, 24, 36],
  rate: { basis: "annual", minPpm: 45_000, maxPpm: 108_000 },
  repayments: ["equal_instalment"],
  fees: [{ code: "service", title: "手续费", kind: "percent", ppm: 5_000, amountFen: null, at: "disbursement" }],
  cities: [510_100],
  documents: ["身份证"],
  approvalHours: 24,
  commissionPpm: 8_000,
  commissionNote: null,
  makesQuery: true,
  queryStep: "application",
  validFrom: null,
  validTo: null,
  rules: rules as unknown as Record<string, unknown>,
};
const readsAs: ProductVersion["readsAs"] = [{ id: "c1", severity: "hard", text: "年龄 22–55 岁" }, { id: "c2", severity: "soft", text: "代发月收入不少于 5000 元" }];
const draft = (part: Partial<ProductVersion> = {}): ProductVersion => ({ ...draftSummary, productId: "p1", body, readsAs, sentence: "22–55 岁可做。", allowedActions: allowed("edit", "delete", "approve"), ...part });
const effective = (part: Partial<ProductVersion> = {}): ProductVersion => ({ ...summary({}), productId: "p1", body, readsAs, sentence: "22–55 岁可做。", allowedActions: [], ...part });
const one: Server = {
  "GET /api/v1/products/p1": () => product(),
  "GET /api/v1/product-versions/v2": () => draft(),
  "GET /api/v1/product-versions/v1": () => effective(),
  "GET /api/v1/qualification-fields": () => ({ items: sampleFields }),
  "POST /api/v1/products/rules/check": () => ({ ok: true, errors: [], readsAs, sentence: "22–55 岁、公积金满 12 月。" }),
  "POST /api/v1/products/rules/customers": () => ({ counts: { yes: 3218, unknown: 412, no: 90 }, items: [], nextCursor: null }),
};
const open = (at: string, server: Server = {}) => renderPage(<ProductPage />, { ...one, ...server }, { path: "/products/:productId", at: `/products/p1${at}`, me: manager });

test("the list tells amount, rate with its basis, versions and drafts, and filters by the address", async () => {
  const { user, calls, router } = await renderPage(<ProductsPage />, { "GET /api/v1/products": () => list([productRow()]), "GET /api/v1/lenders": () => list([]) }, { path: "/products", me: manager });
  expect(await screen.findByRole("link", { name: "锦江公积金信用贷" })).toHaveAttribute("href", "/products/p1");
  expect(screen.getByText("3.00–50.00")).toBeVisible();
  expect(screen.getByText("4.50%–10.80%/年")).toBeVisible();
  expect(screen.getByText("草稿 v2")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "搜索产品名称" }), "锦江");
  await vi.waitFor(() => expect(router.state.location.search).toContain("search="));
  await vi.waitFor(() => expect(calls.some(({ path, query }) => path === "/api/v1/products" && query.get("search") === "锦江")).toBe(true));
});

test("an empty list says what to do; a new product starts as a draft with what was entered", async () => {
  const { user, calls } = await renderPage(
    <ProductsPage />,
    { "GET /api/v1/products": () => list([]), "GET /api/v1/lenders": () => list([{ id: "l1", name: "锦江商业银行" }]), "POST /api/v1/products": () => product() },
    { path: "/products", at: "/products?lenderId=l1&new=1", me: manager },
  );
  expect(await screen.findByText("没有符合的结果")).toBeVisible();
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(await dialog.findByLabelText("产品名称"), "薪金贷");
  await user.click(dialog.getByLabelText("种类"));
  await user.click(await screen.findByText("信用贷", { selector: ".ant-select-item-option-content" }));
  await user.type(dialog.getByLabelText("最低额度"), "3万");
  await user.type(dialog.getByLabelText("最高额度"), "30万");
  await user.type(dialog.getByLabelText("最低利率"), "4.5");
  await user.click(dialog.getByRole("button", { name: "新建" }));
  await vi.waitFor(() => expect(calls.find(({ method, path }) => method === "POST" && path === "/api/v1/products")).toBeTruthy());
  const sent = calls.find(({ method, path }) => method === "POST" && path === "/api/v1/products");
  expect(sent?.body).toEqual({
    lenderId: "l1",
    name: "薪金贷",
    kind: "credit",
    body: { amountMinFen: 3_000_000, amountMaxFen: 30_000_000, terms: [12, 24, 36], rate: { basis: "annual", minPpm: 45_000, maxPpm: 45_000 }, repayments: ["equal_instalment"], approvalHours: 24, rules: { conditions: [], limit: null, rate: null } },
  });
  expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
});

test("a list that fails or loads says so", async () => {
  await renderPage(<ProductsPage />, { "GET /api/v1/products": () => problem(403, "core.forbidden", "需要“查看产品”权限"), "GET /api/v1/lenders": never }, { path: "/products" });
  expect(await screen.findByText("需要“查看产品”权限")).toBeVisible();
  expect(screen.queryByRole("button", { name: "新建产品" })).toBeNull();
});

test("the rules of a draft are checked live, read aloud and counted", async () => {
  const { calls } = await open("?tab=rules");
  expect(await screen.findByText("22–55 岁、公积金满 12 月。")).toBeVisible();
  expect(await screen.findByText("通过 3,218 人，可能 412 人")).toBeVisible();
  const check = calls.find(({ path }) => path === "/api/v1/products/rules/check");
  expect(check?.body).toEqual({ rules, cities: [510_100] });
  expect(calls.find(({ path }) => path === "/api/v1/products/rules/customers")?.body).toMatchObject({ amountMinFen: 3_000_000, terms: [12, 24, 36], limit: 1 });
});

test("what the server refuses stands at its row while one edits", async () => {
  await open("?tab=rules", { "POST /api/v1/products/rules/check": () => ({ ok: false, errors: [{ pointer: "/rules/conditions/0/when/from", code: "products.rule-literal", message: "年龄要在 0 到 120" }], readsAs: [], sentence: "" }) });
  expect(within(await screen.findByRole("group", { name: "第 1 条" })).queryByText("年龄要在 0 到 120")).toBeNull();
  expect(await screen.findByText("年龄要在 0 到 120")).toBeVisible();
});

test("a change of the terms is saved with the draft's version and its note", async () => {
  const { user, calls } = await open("", { "PUT /api/v1/product-versions/v2": ({ body: sent }) => draft({ version: 8, ...(sent as object) }) });
  const box = await screen.findByRole("textbox", { name: "最高额度" });
  await user.clear(box);
  await user.type(box, "60万");
  await user.type(screen.getByRole("textbox", { name: "版本说明" }), "额度上调");
  await user.keyboard("{Control>}s{/Control}");
  await vi.waitFor(() => expect(calls.find(({ method }) => method === "PUT" && true)?.path).toBeTruthy());
  const sent = calls.find(({ method, path }) => method === "PUT" && path.includes("product-versions"));
  expect(sent?.headers.get("If-Match")).toBe('"7"');
  expect(sent?.body).toEqual({ body: { ...body, amountMaxFen: 60_000_000 }, note: "额度上调" });
  await vi.waitFor(() => expect(screen.queryByText("有未保存的修改，Ctrl+S 保存")).toBeNull());
});

test("errors of a refused save stand at their fields", async () => {
  const { user } = await open("", { "PUT /api/v1/product-versions/v2": () => problem(422, "core.invalid", "有字段填得不对", [{ pointer: "/body/amountMaxFen", code: "x", message: "不能低于最低额度" }]) });
  const box = await screen.findByRole("textbox", { name: "最高额度" });
  await user.clear(box);
  await user.type(box, "1万");
  await user.click(screen.getByRole("button", { name: "保存草稿" }));
  expect(await screen.findByText("不能低于最低额度")).toBeVisible();
});

test("another saved first: both changes are shown, and the choice is saved over theirs", async () => {
  let saved = 0;
  const theirs = draft({ version: 9, body: { ...body, amountMaxFen: 80_000_000, approvalHours: 48 } });
  const { user, calls } = await open("", {
    "PUT /api/v1/product-versions/v2": ({ body: sent }) => {
      saved += 1;
      return saved === 1 ? problem(409, "core.stale", "刚被别人改过") : draft({ version: 10, ...(sent as object) });
    },
    "GET /api/v1/product-versions/v2": () => (saved > 0 ? theirs : draft()),
  });
  const box = await screen.findByRole("textbox", { name: "最高额度" });
  await user.clear(box);
  await user.type(box, "60万");
  await user.click(screen.getByRole("button", { name: "保存草稿" }));
  expect(await screen.findByText("草稿刚被别人改过")).toBeVisible();
  expect(screen.getByText("80万")).toBeVisible();
  expect(screen.getByText("48 小时")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "按选择保存" }));
  await vi.waitFor(() => expect(saved).toBe(2));
  const sent = calls.findLast(({ method, path }) => method === "PUT" && path.includes("product-versions"));
  expect(sent?.headers.get("If-Match")).toBe('"9"');
  expect(sent?.body).toMatchObject({ body: { amountMaxFen: 60_000_000, approvalHours: 48 } });
});

test("a draft with an open row is not sent; the row says what is missing", async () => {
  const { user, calls } = await open("?tab=rules");
  await user.click((await screen.findAllByRole("button", { name: "条件" })).at(-1) as HTMLElement);
  await user.click(await screen.findByRole("button", { name: "保存草稿" }));
  expect(await screen.findByText("还没填完。")).toBeVisible();
  expect(calls.some(({ method, path }) => method === "PUT" && path.includes("product-versions"))).toBe(false);
});

test("an approved version is read, not edited", async () => {
  await open("?tab=rules&version=v1");
  expect(await screen.findByText("年龄 22–55 岁")).toBeVisible();
  expect(screen.getByText("min(50万, 公积金个人月缴 × 12 × 10)")).toBeVisible();
  expect(screen.queryByRole("button", { name: "条件" })).toBeNull();
});

test("a draft is approved at once, with its version", async () => {
  const { user, calls } = await open("", { "POST /api/v1/product-versions/v2/approve": () => draft({ state: "approved" }) });
  await user.click(await screen.findByRole("button", { name: "审批通过" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "审批通过" }));
  await vi.waitFor(() => expect(calls.find(({ path }) => path.endsWith("/approve"))?.body).toEqual({ effectiveFrom: null }));
  expect(calls.find(({ path }) => path.endsWith("/approve"))?.headers.get("If-Match")).toBe('"7"');
});

test("two versions stand side by side with what changed marked", async () => {
  const { user } = await open("?tab=versions", {
    "GET /api/v1/product-versions/v1": () => effective({ body: { ...body, amountMaxFen: 30_000_000 }, readsAs: [{ id: "c1", severity: "hard", text: "年龄 25–55 岁" }] }),
    "GET /api/v1/product-versions/v1/compare": () => ({
      changes: [
        { path: "/amountMaxFen", was: 30_000_000, now: 50_000_000, text: "最高额度 30万 → 50万" },
        { path: "/rules/conditions/c1/when/from", was: 25, now: 22, text: "年龄下限 25 → 22" },
        { path: "/rules/conditions/c2", was: null, now: {}, text: "新增：代发月收入" },
      ],
    }),
  });
  await user.click(await screen.findByRole("button", { name: "比较" }));
  const table = within(await screen.findByRole("table", { name: "比较版本" }));
  expect(screen.getByText("3 处改动")).toBeVisible();
  expect(table.getByText("30万", { selector: "del" })).toBeVisible();
  expect(table.getByText("50万", { selector: "ins" })).toBeVisible();
  expect(table.getByText("年龄 25–55 岁", { selector: "del" })).toBeVisible();
  expect(table.getByText("代发月收入不少于 5000 元", { selector: "ins" })).toBeVisible();
  expect(table.queryByText("24 小时")).toBeNull();
});

test("the customers whom a version lets pass, with a link to each", async () => {
  const customer = { id: "c9", name: { value: "张*", masked: true }, phone: { value: "138****5678", masked: true }, city: { code: 510_100, name: "成都" }, ownerName: "李婷", stage: "lead" };
  const { user, calls } = await open("?tab=customers", { "GET /api/v1/product-versions/v2/customers": () => ({ counts: { yes: 1, unknown: 2, no: 3 }, items: [{ customer, verdict: "unknown" }], nextCursor: null }) });
  expect(await screen.findByRole("link", { name: "张*" })).toHaveAttribute("href", "/customers/c9");
  expect(screen.getByText("符合 1 · 可能 2 · 不符合 3")).toBeVisible();
  await user.click(screen.getByText("只看符合"));
  await vi.waitFor(() => expect(calls.some(({ query }) => query.get("wanted") === "yes")).toBe(true));
});

test("a product that is not there says so", async () => {
  await open("", { "GET /api/v1/products/p1": () => problem(404, "products.not-found", "产品不存在") });
  expect(await screen.findByText("产品不存在")).toBeVisible();
});

const lender = (part: Partial<Lender> = {}): Lender => ({ id: "l1", version: 3, name: "锦江商业银行", kind: "bank", cooperation: "active", territories: [510_100], route: "bureau", hasContacts: true, contacts: { value: "王经理 138****5678", masked: true }, note: null, productCount: 4, reviewedAt: AT, allowedActions: allowed("edit", "add_product"), ...part });

test("a lender is changed in its drawer; only what was changed is sent, unread contacts stay", async () => {
  const { user, calls } = await renderPage(<LendersPage />, { "GET /api/v1/lenders": () => list([lender()]), "PATCH /api/v1/lenders/l1": () => lender({ cooperation: "suspended" }) }, { path: "/lenders", me: manager });
  expect(await screen.findByText("合作中")).toBeVisible();
  expect(screen.getByRole("link", { name: "4" })).toHaveAttribute("href", "/products?lenderId=l1");
  await user.click(screen.getByRole("button", { name: "锦江商业银行" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("已有联系人；不填就不变")).toBeVisible();
  await user.click(dialog.getByLabelText("合作状态"));
  await user.click(await screen.findByText("暂停", { selector: ".ant-select-item-option-content" }));
  await user.click(dialog.getByRole("button", { name: "保存" }));
  await vi.waitFor(() => expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ cooperation: "suspended" }));
  expect(calls.find(({ method }) => method === "PATCH")?.headers.get("If-Match")).toBe('"3"');
});

test("no lenders yet, and a lender that one may only read", async () => {
  const { user } = await renderPage(<LendersPage />, { "GET /api/v1/lenders": () => list([lender({ allowedActions: [{ action: "edit", allowed: false, reason: { code: "core.forbidden", message: "需要“管理资方”权限" } }] })]) }, { path: "/lenders" });
  await user.click(await screen.findByRole("button", { name: "锦江商业银行" }));
  expect(await screen.findByText("需要“管理资方”权限")).toBeVisible();
  expect(screen.queryByRole("button", { name: "新建资方" })).toBeNull();
});
test("an empty list of lenders says what to do", async () => {
  await renderPage(<LendersPage />, { "GET /api/v1/lenders": () => list([]) }, { path: "/lenders", me: manager });
  expect(await screen.findByText("还没有资方")).toBeVisible();
});
