import type { AmountRange } from "@/api/types";

/** All times are shown in Asia/Shanghai (UTC+8, no summer time since 1991), whatever the browser says. */
const SHANGHAI = 8 * 3600_000;
const DAY = 86_400_000;
export type Translate = (key: string, values?: Record<string, unknown>) => string;
export const EMPTY = "–";

const two = (value: number) => String(value).padStart(2, "0");
interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  dayNumber: number;
}
export function wall(ms: number): Wall {
  const date = new Date(ms + SHANGHAI);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    dayNumber: Math.floor((ms + SHANGHAI) / DAY),
  };
}
/** The instant of a wall-clock time in Shanghai; days and hours may overflow (day 32 is the next month's first). */
export const fromWall = (year: number, month: number, day: number, hour = 0, minute = 0): number =>
  Date.UTC(year, month - 1, day, hour, minute) - SHANGHAI;

export const clock = (ms: number): string => `${two(wall(ms).hour)}:${two(wall(ms).minute)}`;
export const day = (ms: number): string => `${wall(ms).year}-${two(wall(ms).month)}-${two(wall(ms).day)}`;
/** `2026-11-24 14:05:33`, for tooltips. */
export const exact = (ms: number): string => `${day(ms)} ${clock(ms)}:${two(wall(ms).second)}`;

/** 刚刚 · 3 分钟前 · 2 小时前 · 昨天 14:05 · 11-20 14:05 · 2025-11-20; ahead: 12 分钟后 · 今天 15:30 · 明天 10:00. */
export function relative(iso: string, now: number, t: Translate): string {
  const at = Date.parse(iso);
  const passed = now - at;
  const days = wall(now).dayNumber - wall(at).dayNumber;
  if (passed < 0) {
    const minutes = Math.ceil(-passed / 60_000);
    if (minutes < 60) return t("common:time.inMinutes", { count: minutes });
    if (days === 0) return t("common:time.today", { time: clock(at) });
    if (days === -1) return t("common:time.tomorrow", { time: clock(at) });
  } else {
    if (passed < 60_000) return t("common:time.now");
    if (passed < 3600_000) return t("common:time.minutesAgo", { count: Math.floor(passed / 60_000) });
    if (days === 0) return t("common:time.hoursAgo", { count: Math.floor(passed / 3600_000) });
    if (days === 1) return t("common:time.yesterday", { time: clock(at) });
  }
  const { year, month, day: date } = wall(at);
  return year === wall(now).year ? `${two(month)}-${two(date)} ${clock(at)}` : day(at);
}

/** Time left to a moment, or since it: `02:13`, `超时 3 小时`. Late is never called 逾期. */
export function due(iso: string, now: number, t: Translate): { text: string; late: boolean; soon: boolean } {
  const left = Date.parse(iso) - now;
  if (left < 0) return { text: t("common:time.late", { span: span(-left, t) }), late: true, soon: false };
  if (left < 3600_000) {
    const seconds = Math.floor(left / 1000);
    return { text: t("common:time.left", { span: `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` }), late: false, soon: true };
  }
  return { text: relative(iso, now, t), late: false, soon: false };
}

export function span(ms: number, t: Translate): string {
  const minutes = Math.max(1, Math.floor(ms / 60_000));
  if (minutes < 60) return t("common:time.spanMinutes", { count: minutes });
  if (minutes < 48 * 60) return t("common:time.spanHours", { count: Math.floor(minutes / 60) });
  return t("common:time.spanDays", { count: Math.floor(minutes / 1440) });
}

const grouped = (value: number, decimals: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const signed = (text: string) => text.replace("-", "−");

/** Exact yuan of a fen amount: `12,345.67`. */
export const yuan = (fen: number): string => signed(grouped(fen / 100, 2));
/** 万元 of a fen amount for a column headed 金额(万元): `30.00`. */
export const wan = (fen: number): string => signed(grouped(fen / 1_000_000, 2));
const trim = (value: number) => grouped(value, 2).replace(/\.?0+$/, "");
/** For cards and figures: `32.5万`, `1.25亿`; English `¥325,000`. */
export function shortMoney(fen: number, english: boolean): string {
  const value = fen / 100;
  if (english) return signed(`¥${grouped(value, 0)}`);
  if (Math.abs(value) >= 1e8) return signed(`${trim(value / 1e8)}亿`);
  if (Math.abs(value) >= 1e4) return signed(`${trim(value / 1e4)}万`);
  return signed(`${trim(value)}元`);
}
export function shortRange(amount: AmountRange | null, english: boolean): string {
  const from = amount?.fromFen ?? null;
  const to = amount?.toFen ?? null;
  if (from === null && to === null) return EMPTY;
  if (from === null || to === null || from === to) return shortMoney((from ?? to) as number, english);
  return `${shortMoney(from, english)}–${shortMoney(to, english)}`;
}
export function wanRange(amount: AmountRange | null): string {
  const from = amount?.fromFen ?? null;
  const to = amount?.toFen ?? null;
  if (from === null && to === null) return EMPTY;
  if (from === null || to === null || from === to) return wan((from ?? to) as number);
  return `${wan(from)}–${wan(to)}`;
}
export const yuanRange = (amount: AmountRange | null): string => {
  const ends = [...new Set([amount?.fromFen, amount?.toFen].filter((fen) => fen !== null && fen !== undefined))];
  return ends.map((fen) => yuan(fen)).join(" – ");
};

/** Fen of what people type as an amount in yuan: `20万`, `20w`, `200,000`, `1.2亿`; null when it is not one. */
export function parseAmount(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)\s*(万|w|亿)?元?$/i.exec(text.trim().replace(/[,,\s]/g, ""));
  if (!found?.[1]) return null;
  const unit = found[2]?.toLowerCase();
  const factor = unit === "亿" ? 1e10 : unit ? 1e6 : 100;
  const fen = Math.round(Number(found[1]) * factor);
  return Number.isSafeInteger(fen) ? fen : null;
}

/** `12.3%` of a share given in basis points. */
export const percent = (basisPoints: number): string => signed(`${grouped(basisPoints / 100, 1)}%`);
/** `1.20%` of a rate given in ppm, for use with its basis beside it. */
export const rate = (ppm: number): string => signed(`${grouped(ppm / 10_000, 2)}%`);
export const count = (value: number): string => signed(grouped(value, 0));
