import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Qualification as Known } from "@/api/types";
import { qualification, qualificationFields } from "@/test/products";
import { list, never, problem, renderPage, type Call } from "@/test/render";
import { allowed, customer } from "@/test/rows";
import { Qualification } from "./Qualification";

const person = customer({ allowedActions: allowed("edit") });
/** Keeps what is recorded, as the server does: a version a save, what is answered is asked no more. */
function keeper(first: Known = qualification()) {
  let known = first;
  return {
    "GET /api/v1/qualification-fields": () => ({ items: qualificationFields }),
    "GET /api/v1/customers/*": () => person,
    "GET /api/v1/customers/*/qualification": () => known,
    "PATCH /api/v1/customers/*/qualification": ({ body, headers }: Call) => {
      if (headers.get("If-Match") !== `"${known.version}"`) return problem(412, "core.stale", "已被改动");
      const { values, source } = body as { values: Record<string, unknown>; source: "stated" };
      const codes = Object.keys(values);
      const kept = known.fields.filter(({ field }) => !codes.includes(field));
      const told = codes.filter((code) => values[code] !== null).map((code) => ({ field: code, value: values[code], source, at: new Date().toISOString(), by: null }));
      const next = known.askNext.filter((code) => !codes.includes(code));
      known = { ...known, version: known.version + 1, fields: [...kept, ...told] as Known["fields"], askNext: values.hasHouse === true ? ["houseValue", ...next] : next };
      return known;
    },
  };
}
const patches = (calls: Call[]) => calls.filter(({ method }) => method === "PATCH");

test("known facts with unit, source and date; unknown can be filled; what need not be asked is folded", async () => {
  await renderPage(<Qualification customer={person} />, keeper());
  expect(await screen.findByRole("button", { name: "公积金连续月数：14 个月，修改" })).toBeVisible();
  expect(screen.getByRole("button", { name: /口述/ })).toBeVisible();
  expect(screen.getByRole("button", { name: "年龄：未知，修改" })).toBeVisible();
  expect(screen.queryByText("房产估值")).toBeNull();
  expect(screen.getByRole("button", { name: "另有 1 项不适用或暂不用问" })).toBeVisible();
  expect(screen.getByText("完整度 68.0%")).toBeVisible();
});

test("Enter saves and goes to the next unknown; saves follow each other's version", async () => {
  const { user, calls } = await renderPage(<Qualification customer={person} />, keeper());
  await user.click(await screen.findByRole("button", { name: "年龄：未知，修改" }));
  await user.keyboard("35{Enter}");
  await user.keyboard("2");
  await screen.findByLabelText("代发月收入");
  await user.keyboard("1.2万{Enter}");
  await vi.waitFor(() => expect(patches(calls)).toHaveLength(3));
  expect(patches(calls).map(({ body }) => body)).toEqual([
    { values: { age: 35 }, source: "stated" },
    { values: { occupation: "owner" }, source: "stated" },
    { values: { bankIncome: 1_200_000 }, source: "stated" },
  ]);
  expect(patches(calls).map(({ headers }) => headers.get("If-Match"))).toEqual(['"4"', '"5"', '"6"']);
  expect(await screen.findByRole("button", { name: "年龄：35 岁，修改" })).toBeVisible();
});

test("a yes opens what depends on it", async () => {
  const { user } = await renderPage(<Qualification customer={person} />, keeper());
  await user.click(await screen.findByRole("button", { name: "有房产：未知，修改" }));
  await user.keyboard("y");
  expect(await screen.findByLabelText("房产估值")).toHaveFocus();
});

test("a refused value stays with the server's reason until it is put right or dropped", async () => {
  const refused = problem(422, "core.invalid", "有错误", [{ pointer: "/values/age", code: "customers.field-range", message: "应在 0 到 120 之间" }]);
  const { user } = await renderPage(<Qualification customer={person} />, { ...keeper(), "PATCH /api/v1/customers/*/qualification": () => refused });
  await user.click(await screen.findByRole("button", { name: "年龄：未知，修改" }));
  await user.keyboard("350{Enter}");
  expect(await screen.findByText("应在 0 到 120 之间")).toBeVisible();
  expect(screen.getByRole("button", { name: "年龄：350 岁，修改" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "放弃" }));
  expect(screen.getByRole("button", { name: "年龄：未知，修改" })).toBeVisible();
});

test("quick entry asks the most valuable first, by keyboard alone", async () => {
  const { user, calls } = await renderPage(<Qualification customer={person} />, keeper());
  await screen.findByText("完整度 68.0%");
  await user.keyboard("q");
  const quick = await screen.findByRole("region", { name: "快速录入" });
  expect(within(quick).getByLabelText("年龄")).toHaveFocus();
  await user.keyboard("41{Enter}");
  await within(quick).findByRole("radiogroup", { name: "职业" });
  await user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  expect(await within(quick).findByLabelText("代发月收入")).toHaveFocus();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "快速录入" })).toBeNull();
  await vi.waitFor(() => expect(patches(calls).map(({ body }) => body)).toEqual([{ values: { age: 41 }, source: "stated" }]));
});

test("the history of a field, and stars with their meaning", async () => {
  const { user, calls } = await renderPage(<Qualification customer={person} />, {
    ...keeper(),
    "GET /api/v1/customers/*/qualification/history": () => list([{ id: "h1", field: "fundMonths", value: 12, source: "document", at: new Date().toISOString(), by: null }]),
    "PUT /api/v1/customers/*/stars": () => ({ ...person, stars: 3 }),
  });
  await user.click(await screen.findByRole("button", { name: /口述/ }));
  expect(await screen.findByText("12 个月")).toBeVisible();
  expect(calls.find(({ path }) => path.endsWith("/history"))?.query.get("field")).toBe("fundMonths");
  await user.click(screen.getByRole("radio", { name: "3 星：资质可用，征信干净" }));
  await vi.waitFor(() => expect(calls.find(({ method, path }) => method === "PUT" && path.endsWith("/stars"))?.body).toEqual({ stars: 3 }));
});

test("who may not edit sees values, not editors", async () => {
  await renderPage(<Qualification customer={customer({ allowedActions: [] })} />, keeper());
  expect(await screen.findByText("14 个月")).toBeVisible();
  expect(screen.queryByRole("button", { name: /年龄/ })).toBeNull();
});

test("loading and a refusal", async () => {
  await renderPage(<Qualification customer={person} />, { ...keeper(), "GET /api/v1/customers/*/qualification": never });
  expect(await screen.findByRole("status")).toHaveAttribute("aria-busy", "true");
});
test("a refusal says so", async () => {
  await renderPage(<Qualification customer={person} />, { ...keeper(), "GET /api/v1/customers/*/qualification": () => problem(404, "customers.not-found", "") });
  expect(await screen.findByText("不存在或无权查看")).toBeVisible();
});
