import { configure, screen, within } from "@testing-library/react";
import axe from "axe-core";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { everyOperator, sampleFields, samplePlaces } from "@/test/rules";
import { renderPage } from "@/test/render";
import { RuleBuilder } from "./RuleBuilder";
import { openPlaces } from "./tree";
import type { RuleError, Rules } from "./types";

vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });
const few: Rules = { ...everyOperator, conditions: everyOperator.conditions.slice(0, 3) };
const empty: Rules = { conditions: [], limit: null, rate: null };
async function build(start: Rules, part: Partial<React.ComponentProps<typeof RuleBuilder>> = {}) {
  const changed = vi.fn<(rules: Rules) => void>();
  function Held() {
    const [rules, setRules] = useState(start);
    return <RuleBuilder fields={sampleFields} places={samplePlaces} errors={[]} {...part} rules={rules} onChange={(next) => (changed(next), setRules(next))} />;
  }
  const { user } = await renderPage(<Held />);
  await screen.findByText("读作：");
  return { user, changed, last: () => changed.mock.lastCall?.[0] as Rules };
}
const row = (name: string) => within(screen.getByRole("group", { name }));
async function choose(user: Awaited<ReturnType<typeof build>>["user"], box: HTMLElement, option: string) {
  await user.click(box);
  await user.click(await screen.findByTitle(option, { selector: ".ant-select-item-option" } as never).catch(() => screen.findByText(option, { selector: ".ant-select-item-option-content" })));
}
const menu = async (user: Awaited<ReturnType<typeof build>>["user"], name: string, item: string) => {
  await user.click(row(name).getAllByRole("button", { name: `${name}的操作` })[0] as HTMLElement);
  await user.click(await screen.findByRole("menuitem", { name: item }));
};

test("rules with every operator go through the builder unchanged", async () => {
  const before = structuredClone(everyOperator);
  const { user, last } = await build(everyOperator);
  // A row comes and goes: the rest is what it was, to the letter.
  await user.click(screen.getAllByRole("button", { name: "条件" }).at(-1) as HTMLElement);
  expect(last().conditions).toHaveLength(8);
  await menu(user, "第 8 条", "删除");
  expect(last()).toEqual(before);
  expect(JSON.stringify(last())).toBe(JSON.stringify(before));
});

test("a condition moved down and up again is where it was, and copies have ids of their own", async () => {
  const { user, last } = await build(everyOperator);
  for (const number of [1, 5]) {
    await menu(user, `第 ${number} 条`, "下移");
    await menu(user, `第 ${number + 1} 条`, "上移");
  }
  expect(JSON.stringify(last())).toBe(JSON.stringify(everyOperator));
  await menu(user, "第 5 条", "复制");
  expect(last().conditions[5]).toEqual({ ...everyOperator.conditions[4], id: "c8" });
});

test("a condition is built by field, comparison and a value with its unit", async () => {
  const { user, last } = await build(empty);
  expect(screen.getByText("还没有条件：谁都可以做。")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "条件" }));
  expect(openPlaces(last())).toEqual(["/conditions/0/when"]);
  await choose(user, screen.getByRole("combobox", { name: "第 1 条的字段" }), "代发月收入");
  await user.type(screen.getByRole("textbox", { name: /第 1 条的值/ }), "1.2万");
  expect(last().conditions[0]).toEqual({ id: "c1", severity: "hard", when: { op: "ge", field: "bankIncome", value: 1_200_000 } });
  await choose(user, screen.getByRole("combobox", { name: "第 1 条的比较" }), "介于");
  await user.type(screen.getByRole("textbox", { name: /第 1 条的值止/ }), "30000");
  expect(last().conditions[0]?.when).toEqual({ op: "between", field: "bankIncome", from: 1_200_000, to: 3_000_000 });
  await choose(user, screen.getByRole("combobox", { name: "第 1 条的性质" }), "软性");
  expect(last().conditions[0]).toMatchObject({ severity: "soft", points: 10 });
  expect(openPlaces(last())).toEqual([]);
});

test("what cannot be read leaves the row open and the text in its place", async () => {
  const { user, last } = await build({ ...empty, conditions: [{ id: "c1", severity: "hard", when: { op: "ge", field: "bankIncome", value: 100 } }] }, { showOpen: true });
  const box = screen.getByRole("textbox", { name: /第 1 条的值/ });
  await user.clear(box);
  await user.type(box, "很多{Tab}");
  expect(box).toHaveValue("很多");
  expect(box).toBeInvalid();
  expect(openPlaces(last())).toEqual(["/conditions/0/when"]);
  expect(screen.getByText("还没填完。")).toBeVisible();
  expect(screen.getByText("还有 1 处没填完")).toBeVisible();
});

test("rows nest in groups to depth 3, are negated and taken out of the 非 again", async () => {
  const { user, last } = await build({ ...empty, conditions: [{ id: "c1", severity: "hard", when: { op: "known", field: "age" } }] });
  await menu(user, "第 1 条", "放进新组");
  expect(last().conditions[0]?.when).toEqual({ op: "or", of: [{ op: "known", field: "age" }, { op: "ge", field: "", value: null }] });
  await user.click(row("第 1 条").getByText("且"));
  await menu(user, "第 1 条", "取反（非）");
  expect(last().conditions[0]?.when).toMatchObject({ op: "not", of: { op: "and" } });
  await menu(user, "第 1 条", "去掉非");
  await menu(user, "第 1 条之 1", "放进新组");
  await menu(user, "第 1 条之 1之 1", "放进新组");
  expect(last().conditions[0]?.when).toMatchObject({ op: "and", of: [{ op: "or", of: [{ op: "or", of: [{ op: "known" }, {}] }, {}] }, {}] });
  await user.click(row("第 1 条之 1之 1之 1").getAllByRole("button", { name: "第 1 条之 1之 1之 1的操作" })[0] as HTMLElement);
  expect(screen.queryByRole("menuitem", { name: "放进新组" })).toBeNull();
});

test("deeper groups are read, not edited", async () => {
  await build(everyOperator);
  expect(screen.getAllByText("嵌套太深，这里只能看；复制成单独的条件再改。")[0]).toBeVisible();
  expect(screen.getByText(/年龄 ≤ 60 岁 且 非/)).toBeVisible();
});

test("the handle moves a row by the arrow keys and keeps the focus", async () => {
  const { user, last } = await build(few);
  const handle = screen.getByRole("button", { name: /^移动第 1 条，/ });
  handle.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(last().conditions.map(({ id }) => id)).toEqual(["c2", "c3", "c1"]);
  expect(screen.getByRole("button", { name: /^移动第 3 条，/ })).toHaveFocus();
});

test("a formula is written with names offered, and is wrong at its word", async () => {
  const { user, last } = await build(empty);
  const box = screen.getByRole("combobox", { name: "额度" });
  await user.type(box, "min(50万, 公积金个");
  await user.click(await screen.findByText("公积金个人月缴", { selector: ".ant-select-item-option-content" }));
  expect(box).toHaveValue("min(50万, 公积金个人月缴");
  await user.type(box, " × 12 × 10){Tab}");
  expect(last().limit).toEqual(everyOperator.limit);
  await user.clear(box);
  await user.type(box, "工资 × 3");
  expect(await screen.findByText("不认识“工资”，从提示里选一个字段名。")).toBeVisible();
  expect(screen.getByText("工资", { selector: "mark" })).toBeVisible();
  expect(last().limit).toEqual({ text: "工资 × 3" });
});

test("errors of the server stand at their row, whatever was sent around the rules", async () => {
  const errors: RuleError[] = [
    { pointer: "/body/rules/conditions/0/when/from", code: "products.rule-literal", message: "年龄不能是负数" },
    { pointer: "/rules/conditions/4/when/of/1/values", code: "products.rule-literal", message: "没有这个城市" },
    { pointer: "#/rules/conditions/1/points", code: "products.rule-literal", message: "扣分是 1 到 100" },
    { pointer: "/rules/limit/of/1/of/0", code: "products.rule-type", message: "这里要金额" },
    { pointer: "/rules", code: "products.rule-size", message: "规则太大" },
  ];
  await build(everyOperator, { errors, sentence: "22–55 岁。" });
  expect(within(screen.getByRole("group", { name: "第 1 条" })).getByText("年龄不能是负数")).toBeVisible();
  expect(within(screen.getByRole("group", { name: "第 5 条之 2" })).getByText("没有这个城市")).toBeVisible();
  expect(screen.getByText("扣分是 1 到 100")).toBeVisible();
  expect(screen.getByText("公积金个人月缴", { selector: "mark" })).toBeVisible();
  expect(screen.getByText("规则太大")).toBeVisible();
  expect(screen.getByText("有 5 处要改")).toBeVisible();
});

test("it reads itself aloud and says whom it lets pass", async () => {
  await build(few, { sentence: "22–55 岁、公积金满 12 月。", passes: { yes: 3218, unknown: 412 } });
  expect(screen.getByText("22–55 岁、公积金满 12 月。")).toBeVisible();
  expect(screen.getByText("通过 3,218 人，可能 412 人")).toBeVisible();
  expect(screen.getByText("规则正确")).toBeVisible();
});

test("axe finds nothing serious", async () => {
  await build(everyOperator);
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false }, "page-has-heading-one": { enabled: false } } });
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
