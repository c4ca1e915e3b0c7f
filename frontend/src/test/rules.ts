import type { QualificationField } from "@/ui/qualification";
import type { Place, Rules } from "@/ui/rules/types";

/** A small catalogue and a rule with every operator of the language, for tests. */
const field = (code: string, title: string, kind: QualificationField["kind"], unit: QualificationField["unit"], group: string, choices: QualificationField["choices"] = []): QualificationField => ({ code, title, kind, unit, group, low: 0, high: 1_000_000_000, choices, weight: 1, hint: "" });
export const sampleFields: QualificationField[] = [
  field("age", "年龄", "number", "year", "person"),
  field("education", "学历", "choice", "none", "person", [{ code: "college", title: "大专" }, { code: "bachelor", title: "本科" }]),
  field("city", "居住城市", "city", "none", "person"),
  field("bankIncome", "代发月收入", "money", "fen_month", "income"),
  field("fundMonths", "公积金连续月数", "number", "month", "social"),
  field("fundMonthly", "公积金个人月缴", "money", "fen_month", "social"),
  field("hasHouse", "有房产", "bool", "none", "house"),
  field("houseKinds", "房产类型", "set", "none", "house", [{ code: "residence", title: "住宅" }, { code: "shop", title: "商铺" }]),
  field("cardUsage", "信用卡使用率", "ratio", "bps", "credit"),
  field("debtMonthly", "每月还款", "money", "fen_month", "debt"),
];
export const samplePlaces: Place[] = [
  { code: 510_100, name: "成都", province: "四川" },
  { code: 500_100, name: "重庆", province: "重庆" },
];
export const everyOperator: Rules = {
  conditions: [
    { id: "c1", severity: "hard", when: { op: "between", field: "age", from: 22, to: 55 } },
    { id: "c2", severity: "soft", points: 15, label: "收入够用", when: { op: "ge", field: "bankIncome", value: 500_000 } },
    { id: "c3", severity: "need", when: { op: "known", field: "cardUsage" } },
    { id: "c4", severity: "hard", when: { op: "not", of: { op: "eq", field: "education", value: "college" } } },
    {
      id: "c5",
      severity: "hard",
      when: {
        op: "or",
        of: [
          { op: "and", of: [{ op: "eq", field: "hasHouse", value: true }, { op: "contains", field: "houseKinds", value: "residence" }] },
          { op: "in", field: "city", values: [510_100, 500_100] },
          { op: "in", field: "education", values: ["bachelor"] },
          { op: "not", of: { op: "or", of: [{ op: "lt", field: "fundMonths", value: 6 }, { op: "gt", field: "cardUsage", value: 7050 }, { op: "ne", field: "hasHouse", value: true }] } },
        ],
      },
    },
    { id: "c6", severity: "hard", when: { op: "le", left: { op: "div", of: [{ field: "debtMonthly" }, { field: "bankIncome" }] }, right: { value: "0.55" } } },
    { id: "c7", severity: "hard", when: { op: "and", of: [{ op: "or", of: [{ op: "and", of: [{ op: "and", of: [{ op: "le", field: "age", value: 60 }, { op: "not", of: { op: "not", of: { op: "known", field: "age" } } }] }] }] }] } },
  ],
  limit: { op: "min", of: [{ value: 50_000_000 }, { op: "mul", of: [{ field: "fundMonthly" }, { value: 12 }, { value: 10 }] }] },
  rate: { op: "max", of: [{ value: 4500 }, { op: "sub", of: [{ value: 6000 }, { op: "mul", of: [{ value: 10 }, { field: "fundMonths" }] }] }] },
};
