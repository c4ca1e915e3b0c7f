import { expect, test } from "vitest";
import { fromWall, wall } from "./format";
import { presetTime } from "./moments";

const at = (iso: string | null) => {
  if (!iso) return null;
  const { month, day, hour, minute } = wall(Date.parse(iso));
  return `${month}-${day} ${hour}:${minute}`;
};

test("presets are Shanghai's clock; one that has passed is not offered", () => {
  const tuesday = fromWall(2026, 11, 24, 14, 5);
  expect(at(presetTime("hour", tuesday))).toBe("11-24 15:5");
  expect(at(presetTime("today", tuesday))).toBe("11-24 16:0");
  expect(at(presetTime("tomorrow", tuesday))).toBe("11-25 10:0");
  expect(at(presetTime("monday", tuesday))).toBe("11-30 10:0");
  expect(presetTime("today", fromWall(2026, 11, 24, 17))).toBeNull();
  expect(at(presetTime("monday", fromWall(2026, 11, 30, 9)))).toBe("12-7 10:0");
  expect(at(presetTime("monday", fromWall(2026, 11, 29, 23)))).toBe("11-30 10:0");
});
