import type { Match, MatchItem, Qualification } from "@/api/types";
import type { QualificationField } from "@/ui/qualification";

const field = (part: Partial<QualificationField> & Pick<QualificationField, "code" | "title" | "kind" | "group">): QualificationField & { grade: "personal" } => ({
  unit: "none",
  low: 0,
  high: 1_000_000_000_00,
  choices: [],
  weight: 1,
  hint: "",
  grade: "personal",
  ...part,
});
export const qualificationFields = [
  field({ code: "age", title: "年龄", kind: "number", unit: "year", group: "person", weight: 3 }),
  field({ code: "occupation", title: "职业", kind: "choice", group: "income", weight: 3, choices: [{ code: "private", title: "私企" }, { code: "owner", title: "企业主" }] }),
  field({ code: "bankIncome", title: "代发月收入", kind: "money", unit: "fen_month", group: "income", weight: 3 }),
  field({ code: "fundMonths", title: "公积金连续月数", kind: "number", unit: "month", group: "social", weight: 3 }),
  field({ code: "hasHouse", title: "有房产", kind: "bool", group: "house", weight: 3 }),
  field({ code: "houseValue", title: "房产估值", kind: "money", unit: "fen", group: "house", weight: 2 }),
  field({ code: "queries2m", title: "近2月征信查询", kind: "number", unit: "times", group: "credit", weight: 2 }),
  field({ code: "wantedAmount", title: "需求金额", kind: "money", unit: "fen", group: "wanted", weight: 3 }),
  field({ code: "wantedMonths", title: "期望期限", kind: "number", unit: "month", group: "wanted" }),
];

const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
export const qualification = (part: Partial<Qualification> = {}): Qualification => ({
  customerId: "c1",
  version: 4,
  completenessBps: 6800,
  state: "partial",
  stars: null,
  contactState: "connected",
  fields: [
    { field: "fundMonths", value: 14, source: "stated", at, by: { id: "e1", displayName: "李婷" } },
    { field: "wantedAmount", value: 30_000_000, source: "platform", at, by: null },
  ],
  askNext: ["age", "occupation", "bankIncome", "hasHouse", "queries2m", "wantedMonths"],
  ...part,
});

export const matchItem = (part: Partial<MatchItem> = {}): MatchItem => ({
  productId: "p1",
  versionId: "v1",
  versionNumber: 3,
  productName: "锦江公积金贷",
  productKind: "fund",
  lenderId: "l1",
  lenderName: "锦江商业银行",
  verdict: "yes",
  near: false,
  limitFen: 38_400_000,
  limitText: "min(50万, 3,200×12×10=38.4万)=38.4万",
  amountFen: 38_400_000,
  months: 36,
  repayment: "equal_instalment",
  ratePpm: 108_000,
  rateBasis: "annual",
  rateFrom: "formula",
  instalmentFen: 1_290_000,
  totalCostFen: 8_040_000,
  feesFen: 768_000,
  nominal: "0.1304",
  effective: "0.1385",
  score: 95,
  approvalHours: 24,
  missing: [],
  needs: [],
  nearMisses: [],
  refusals: [],
  explanation: { code: "products.rules", verdict: "yes", text: "符合 3 项", facts: {}, children: [{ code: "c1", verdict: "yes", text: "公积金连续月数 14 ≥ 12", facts: {}, children: [] }] },
  ...part,
});

export const match = (part: Partial<Match> = {}): Match => ({
  runId: null,
  at,
  aim: "cost",
  counts: { yes: 1, unknown: 1, near: 1, no: 1 },
  ask: { field: "queries2m", title: "近2月征信查询", decides: 9 },
  items: [
    matchItem(),
    matchItem({ versionId: "v2", productId: "p2", productName: "天府信用贷", productKind: "credit", verdict: "unknown", missing: [{ field: "queries2m", title: "近2月征信查询" }] }),
    matchItem({ versionId: "v3", productId: "p3", productName: "蓉城工薪贷", verdict: "no", near: true, nearMisses: [{ conditionId: "c1", field: "fundMonths", text: "公积金连续月数再过 10 个月：从 2027-09 起", from: "2027-09-01", by: 10 }] }),
    matchItem({ versionId: "v4", productId: "p4", productName: "锦城房抵贷", productKind: "mortgage", verdict: "no", amountFen: null, months: null, repayment: null, ratePpm: null, refusals: ["没有房产"], limitText: null }),
  ],
  ...part,
});
