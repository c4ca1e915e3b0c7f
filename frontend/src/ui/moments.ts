import { fromWall, wall } from "./format";

export const presets = ["hour", "today", "tomorrow", "monday"] as const;
export type Preset = (typeof presets)[number];

/** The moment a preset means now (1 小时后, 今天 16:00, 明天 10:00, 下周一 10:00), in Shanghai; null when it has passed. */
export function presetTime(preset: Preset, now: number): string | null {
  const { year, month, day, dayNumber } = wall(now);
  if (preset === "hour") return new Date(now + 3600_000).toISOString();
  if (preset === "today") {
    const at = fromWall(year, month, day, 16);
    return at > now ? new Date(at).toISOString() : null;
  }
  if (preset === "tomorrow") return new Date(fromWall(year, month, day + 1, 10)).toISOString();
  // 1970-01-01 was a Thursday, so day numbers ≡ 4 (mod 7) are Mondays.
  const ahead = ((4 - (dayNumber % 7) + 6) % 7) + 1;
  return new Date(fromWall(year, month, day + ahead, 10)).toISOString();
}
