import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderPage } from "@/test/render";
import { factText, parseFact, type FactValue, type QualificationField } from "./qualification";
import { QualificationInput } from "./QualificationInput";

const field = (part: Partial<QualificationField>): QualificationField => ({ code: "x", title: "字段", kind: "number", unit: "month", group: "social", low: 0, high: 720, choices: [], weight: 1, hint: "", ...part });
const fund = field({ title: "公积金连续月数" });
const income = field({ title: "代发月收入", kind: "money", unit: "fen_month" });
const usage = field({ title: "信用卡使用率", kind: "ratio", unit: "bps" });
const house = field({ title: "有房产", kind: "bool", unit: "none" });
const schools = field({ title: "学历", kind: "choice", unit: "none", choices: [{ code: "college", title: "大专" }, { code: "bachelor", title: "本科" }] });
const kinds = field({ title: "房产类型", kind: "set", unit: "none", choices: [{ code: "residence", title: "住宅" }, { code: "shop", title: "商铺" }] });
const city = field({ title: "居住城市", kind: "city", unit: "none" });

test("what people type is read by the kind of the field", () => {
  expect(parseFact(fund, "14")).toBe(14);
  expect(parseFact(fund, "1年2个月")).toBe(14);
  expect(parseFact(fund, "3年")).toBe(36);
  expect(parseFact(fund, "")).toBeNull();
  expect(parseFact(fund, "很久")).toBeNull();
  expect(parseFact(income, "1.2万")).toBe(1_200_000);
  expect(parseFact(usage, "68.5%")).toBe(6850);
  expect(parseFact(usage, "68.555")).toBeNull();
});

test("known values are told with their unit, unknown is not empty and not zero", () => {
  const t = (key: string, values?: Record<string, unknown>) => `${key}(${String(values?.value ?? "")})`;
  expect(factText(income, 320_000, [], false, t)).toBe("ui:fact.unit.fen_month(3,200元)");
  expect(factText(usage, 0, [], false, t)).toBe("ui:fact.unit.bps(0.0%)");
  expect(factText(city, 510_100, [{ code: 510_100, name: "成都" }], false, t)).toBe("成都");
  expect(factText(fund, null, [], false, t)).toBe("common:unknown()");
  expect(factText(schools, "bachelor", [], false, t)).toBe("本科");
});

async function input(one: QualificationField, value: FactValue | null = null) {
  const done = vi.fn();
  const cancel = vi.fn();
  const { user } = await renderPage(<QualificationInput field={one} value={value} cities={[{ code: 510_100, name: "成都" }]} autoFocus onDone={done} onCancel={cancel} />);
  await screen.findByLabelText(one.title);
  return { user, done, cancel };
}

test("Enter means a typed value; what cannot be read says so and stays", async () => {
  const { user, done, cancel } = await input(income);
  await user.keyboard("两千{Enter}");
  expect(await screen.findByText("填金额，如 20万、3,200。")).toBeVisible();
  expect(done).not.toHaveBeenCalled();
  await user.clear(screen.getByLabelText("代发月收入"));
  await user.keyboard("1.2w");
  expect(screen.getByText("= 12,000.00 元")).toBeVisible();
  await user.keyboard("{Enter}");
  expect(done).toHaveBeenCalledWith(1_200_000);
  await user.keyboard("{Escape}");
  expect(cancel).toHaveBeenCalledOnce();
});

test("a truth by n, a choice by its number, a set by numbers and Enter", async () => {
  const truth = await input(house);
  await truth.user.keyboard("n");
  expect(truth.done).toHaveBeenCalledWith(false);
});
test("a choice by its number", async () => {
  const { user, done } = await input(schools);
  await user.keyboard("2");
  expect(done).toHaveBeenCalledWith("bachelor");
});
test("a set by numbers and Enter, in the catalogue's order", async () => {
  const { user, done } = await input(kinds);
  await user.keyboard("2");
  await user.keyboard("1{Enter}");
  expect(done).toHaveBeenCalledWith(["residence", "shop"]);
});
test("a city from the list", async () => {
  const { user, done } = await input(city);
  await user.type(screen.getByRole("combobox"), "成都");
  await user.click(await screen.findByTitle("成都"));
  await vi.waitFor(() => expect(done).toHaveBeenCalledWith(510_100));
});
