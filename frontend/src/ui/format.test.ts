import { describe, expect, test } from "vitest";
import { due, fromWall, parseAmount, relative, shortMoney, shortRange, wan, yuan } from "./format";

const t = (key: string, values?: Record<string, unknown>) => `${key.replace("common:time.", "")}${values ? ` ${Object.values(values).join(" ")}` : ""}`;
const now = fromWall(2026, 11, 24, 14, 5);
const iso = (ms: number) => new Date(ms).toISOString();

describe("time", () => {
  test("is told in Shanghai's days, whatever the machine's zone", () => {
    expect(relative(iso(now - 20_000), now, t)).toBe("now");
    expect(relative(iso(now - 3 * 60_000), now, t)).toBe("minutesAgo 3");
    expect(relative(iso(now - 2 * 3600_000), now, t)).toBe("hoursAgo 2");
    expect(relative(iso(fromWall(2026, 11, 23, 23, 59)), now, t)).toBe("yesterday 23:59");
    expect(relative(iso(fromWall(2026, 11, 20, 14, 5)), now, t)).toBe("11-20 14:05");
    expect(relative(iso(fromWall(2025, 11, 20, 14, 5)), now, t)).toBe("2025-11-20");
  });
  test("ahead says how long, then the day", () => {
    expect(relative(iso(now + 12 * 60_000), now, t)).toBe("inMinutes 12");
    expect(relative(iso(fromWall(2026, 11, 24, 16, 30)), now, t)).toBe("today 16:30");
    expect(relative(iso(fromWall(2026, 11, 25, 10)), now, t)).toBe("tomorrow 10:00");
  });
  test("a due time counts down, then is late", () => {
    expect(due(iso(now + 133_000), now, t)).toEqual({ text: "left 02:13", late: false, soon: true });
    expect(due(iso(now - 3 * 3600_000), now, t)).toEqual({ text: "late spanHours 3", late: true, soon: false });
  });
});

describe("money", () => {
  test("is exact yuan, 万元 for columns, short on cards", () => {
    expect(yuan(1_234_567)).toBe("12,345.67");
    expect(yuan(-5)).toBe("−0.05");
    expect(wan(30_000_000)).toBe("30.00");
    expect(shortMoney(32_500_000, false)).toBe("32.5万");
    expect(shortMoney(12_500_000_000, false)).toBe("1.25亿");
    expect(shortMoney(10_000_000, false)).toBe("10万");
    expect(shortMoney(32_500_000, true)).toBe("¥325,000");
  });
  test("a range shows both ends, an unknown one –", () => {
    expect(shortRange({ fromFen: 20_000_000, toFen: 30_000_000 }, false)).toBe("20万–30万");
    expect(shortRange({ fromFen: 20_000_000, toFen: 20_000_000 }, false)).toBe("20万");
    expect(shortRange(null, false)).toBe("–");
  });
  test("is read as people write it", () => {
    expect(["20万", "20w", "200,000", "200,000元", " 20 万 "].map(parseAmount)).toEqual(Array(5).fill(20_000_000));
    expect(parseAmount("1.2亿")).toBe(12_000_000_000);
    expect(["", "abc", "20-30万", "-5"].map(parseAmount)).toEqual([null, null, null, null]);
  });
});
