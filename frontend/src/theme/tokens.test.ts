import { expect, test } from "vitest";
import { palette, toneNames, type Mode } from "./tokens";

const linear = (part: number) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const luminance = (hex: string) => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((from) => linear(Number.parseInt(hex.slice(from, from + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
/** WCAG 2 contrast of two colours. */
const contrast = (a: string, b: string) => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

test.each<Mode>(["light", "dark"])("text reads on its ground in %s", (mode) => {
  const { ground, tone, tint } = palette(mode);
  for (const name of ["text", "secondary", "tertiary", "link", "danger", "warning", "success"] as const) {
    for (const under of ["surface", "canvas", "hover"] as const) expect.soft(contrast(ground[name], ground[under]), `${name} on ${under}`).toBeGreaterThanOrEqual(4.5);
  }
  for (const name of toneNames) expect.soft(contrast(tone[name], tint[name]), name).toBeGreaterThanOrEqual(4.5);
  expect(contrast(ground["on-primary"], ground.primary)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(ground["tertiary-on-selected"], ground.selected)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(ground.control, ground.surface)).toBeGreaterThanOrEqual(3);
});
