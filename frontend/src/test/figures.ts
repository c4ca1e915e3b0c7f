import type { Funnel, FunnelStep, Overview } from "@/areas/analytics/useFigures";

const STEPS: [FunnelStep["step"], string, number, number | null][] = [
  ["lead", "线索", 400, null],
  ["valid", "有效", 320, 8000],
  ["contacted", "接通", 200, 6250],
  ["visit", "到访", 20, 1000],
  ["signed", "签约", 12, 6000],
  ["submitted", "进件", 11, 9167],
  ["approved", "批复", 8, 7273],
  ["disbursed", "放款", 7, 8750],
  ["received", "回款", 6, 8571],
];
const definition = (id: string) => ({ id, title: id, text: `口径 ${id}` });
const drill = (step: string, reached: string) => ({ path: "/funnel/customers", query: { step, reached, from: "2026-11-01", to: "2026-11-24" } });

export const step = (code: FunnelStep["step"], title: string, count: number, rateBps: number | null): FunnelStep => ({
  step: code,
  title,
  count,
  amountFen: code === "received" ? 962_000 : 0,
  moves: count,
  back: 0,
  rateBps,
  totalBps: count * 25,
  previousCount: count + 10,
  previousAmountFen: 481_000,
  previousRateBps: rateBps === null ? null : rateBps + 120,
  medianSeconds: code === "lead" ? null : 540,
  p90Seconds: code === "lead" ? null : 10_800,
  definition: definition(code),
  drill: drill(code, "true"),
  stuck: drill(code, "stuck"),
});

export const funnel = (part: Partial<Funnel> = {}): Funnel => ({
  from: "2026-11-01",
  to: "2026-11-24",
  previousFrom: "2026-10-08",
  previousTo: "2026-10-31",
  by: "cohort",
  split: "none",
  steps: STEPS.map((row) => step(...row)),
  rows: [],
  rowsLeft: 0,
  lost: [{ reason: "unreachable", title: "联系不上", count: 38 }],
  freshUntil: "2026-11-24T06:05:00Z",
  definition: definition("funnel"),
  ...part,
});

const rank = (id: string, name: string, leads: number) => ({ id, name, team: null, leads, contacted: 1, visits: 1, signed: 1, disbursedFen: 1, receivedFen: 1 });
const day = (date: string, leads: number) => ({ day: date, leads, contacted: 1, visits: 0, signed: 0, disbursedFen: 0, receivedFen: 0 });

export const overview = (part: Partial<Overview> = {}): Overview => ({
  period: "month",
  from: "2026-11-01",
  to: "2026-11-24",
  previousFrom: "2026-10-01",
  previousTo: "2026-10-24",
  scope: "teams",
  viewer: { id: "e1", displayName: "王磊" },
  figures: [
    { id: "leads", title: "新线索", unit: "count", value: 428, previous: 400, definition: definition("leads"), drill: drill("lead", "true") },
    { id: "firstContact", title: "首次跟进用时", unit: "seconds", value: 540, previous: 1080, definition: definition("firstContact"), drill: null },
    { id: "received", title: "回款额", unit: "fen", value: 2_550_000, previous: null, definition: definition("received"), drill: null },
  ],
  trend: [day("2026-11-23", 12), day("2026-11-24", 9)],
  previousTrend: [day("2026-10-23", 7), day("2026-10-24", 8)],
  employees: [rank("e2", "李婷", 20), rank("e3", "陈明", 31)],
  teams: [rank("t1", "一组", 51)],
  channels: [{ channel: { id: "ch1", name: "腾讯广告" }, leads: 60, signed: 3, receivedFen: 900_000, signedBps: 500 }],
  freshUntil: "2026-11-24T06:05:00Z",
  ...part,
});
