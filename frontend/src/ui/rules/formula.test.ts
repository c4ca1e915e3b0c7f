import { expect, test } from "vitest";
import { everyOperator, sampleFields } from "@/test/rules";
import { moneyText, shift } from "./decimal";
import { formulaText, readFormula, type Measure } from "./formula";
import { fieldMap, type Formula } from "./types";

const fields = fieldMap(sampleFields);
const read = (text: string, wanted: Measure | null = "money") => readFormula(text, fields, wanted);
const text = (formula: Formula | null, wanted: Measure | null = "money", english = false) => formulaText(formula, fields, wanted, english);

test("decimals move their point exactly", () => {
  expect([shift("0.6", 4), shift("6000", -4), shift("70.5", 2), shift("1", -3), shift("-12.50", -1), shift("0", 5), shift("0.1", 20)]).toEqual(["6000", "0.6", "7050", "0.001", "-1.25", "0", "10000000000000000000"]);
  expect([moneyText("50000000", false), moneyText("300000", false), moneyText("12000000000", false), moneyText("123456789", false), moneyText("50000000", true)]).toEqual(["50万", "3000元", "1.2亿", "1234567.89元", "¥500000"]);
});

test("a limit as people write it", () => {
  const { formula } = read("min(50万，公积金个人月缴×12*10)");
  expect(formula).toEqual(everyOperator.limit);
  expect(text(formula)).toBe("min(50万, 公积金个人月缴 × 12 × 10)");
  expect(text(formula, "money", true)).toBe("min(¥500000, 公积金个人月缴 × 12 × 10)");
});

test("a bare number where money is wanted is yuan; a percentage takes the unit of its place", () => {
  expect(read("500000 + 代发月收入").formula).toEqual({ op: "add", of: [{ value: 50_000_000 }, { field: "bankIncome" }] });
  expect(read("代发月收入 × 70%").formula).toEqual({ op: "mul", of: [{ field: "bankIncome" }, { value: "0.7" }] });
  expect(read("max(0.45%, 0.6% − 0.001% × 公积金连续月数)", "ppm").formula).toEqual(everyOperator.rate);
  expect(read("信用卡使用率 + 5%", null).formula).toEqual({ op: "add", of: [{ field: "cardUsage" }, { value: 500 }] });
  expect(read("20w").formula).toEqual({ value: 20_000_000 });
  expect(read("1.5亿").formula).toEqual({ value: 15_000_000_000 });
});

test("an error names its token", () => {
  const at = (typed: string) => {
    const { error } = read(typed);
    return error && [error.code, error.text, error.from];
  };
  expect(at("min(50万, 公积金 × 12)")).toEqual(["unknown", "公积金", 9]);
  expect(at("50万 +")).toEqual(["operand", "", 5]);
  expect(at("min(50万, 20万")).toEqual(["close", "", 12]);
  expect(at("50万 代发月收入")).toEqual(["unexpected", "代发月收入", 4]);
  expect(at("min(200,000, 代发月收入)")).toEqual(["grouping", "200,000", 4]);
  expect(at("代发月收入 × × 2")).toEqual(["operand", "×", 8]);
});

test("each part knows where it stands, so that the server's pointer finds its word", () => {
  const typed = "min(50万, 公积金个人月缴 × 12)";
  const { spans } = read(typed);
  const span = spans?.get("/of/1/of/0");
  expect(typed.slice(span?.from, span?.to)).toBe("公积金个人月缴");
});

/** A small generator of numbers, the same in each run. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
function anyFormula(below: (n: number) => number, depth: number): Formula {
  const kind = depth === 0 ? below(2) : below(8);
  const part = () => anyFormula(below, depth - 1);
  if (kind === 0) return { value: below(3) === 0 ? `${below(9)}.${1 + below(9)}` : below(80_000_000) - (below(9) === 0 ? 90_000_000 : 0) };
  if (kind === 1) return { field: ["fundMonthly", "age", "cardUsage", "bankIncome", "fundMonths"][below(5)] ?? "age" };
  const op = (["add", "mul", "min", "max", "sub", "div"] as const)[kind - 2] ?? "add";
  const many = op === "sub" || op === "div" ? 2 : 1 + below(3);
  return { op, of: Array.from({ length: many }, part) };
}
test.each<Measure | null>(["money", "ppm", "ratio", "number", null])("2,000 random formulas wanting %s are the same after text and back", (wanted) => {
  const below = random(7);
  for (let round = 0; round < 2000; round += 1) {
    const formula = anyFormula(below, 3);
    const english = below(2) === 0;
    const typed = text(formula, wanted, english);
    expect({ typed, formula: read(typed, wanted).formula }).toEqual({ typed, formula });
  }
});
