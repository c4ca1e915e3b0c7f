/** Every colour, size and duration of the product; antd, our CSS and charts read from here and nowhere else. */
export type Mode = "light" | "dark";
type Pair = readonly [light: string, dark: string];

const ground = {
  canvas: ["#F4F6F9", "#121417"],
  surface: ["#FFFFFF", "#1A1D21"],
  raised: ["#FFFFFF", "#22262B"],
  hover: ["#F0F4FF", "#23282F"],
  selected: ["#EAF0FE", "#26314A"],
  text: ["#1A1F29", "#E6E9EF"],
  secondary: ["#4E5969", "#A9B1BD"],
  tertiary: ["#667085", "#8C95A3"],
  "tertiary-on-selected": ["#5B6577", "#A9B1BD"],
  primary: ["#1456F0", "#2A63F0"],
  "on-primary": ["#FFFFFF", "#FFFFFF"],
  link: ["#1456F0", "#7FA6FF"],
  line: ["#E4E8EE", "#2C3138"],
  control: ["#868F9E", "#6B7584"],
  success: ["#0F7A3D", "#5AD08A"],
  warning: ["#9A5B00", "#F2B84B"],
  danger: ["#C11D1D", "#FF8080"],
  info: ["#0E6F9E", "#5CC2EE"],
} as const satisfies Record<string, Pair>;

const tones = {
  slate: ["#475467", "#B0B9C6"],
  sky: ["#0E6F9E", "#5CC2EE"],
  violet: ["#6C3FC5", "#B79CF5"],
  indigo: ["#5B3FC0", "#C4A6FF"],
  blue: ["#1456F0", "#7FA6FF"],
  navy: ["#1746B0", "#93B4FF"],
  amber: ["#9A5B00", "#F2B84B"],
  teal: ["#0B7285", "#4CC9DC"],
  bronze: ["#7A4B12", "#D9A35F"],
  green: ["#0F7A3D", "#5AD08A"],
  emerald: ["#0A6A4A", "#48D1A0"],
  olive: ["#3F6212", "#A6D15A"],
  graphite: ["#344054", "#C8CFDA"],
  red: ["#C11D1D", "#FF8080"],
  grey: ["#5B6577", "#98A2B3"],
} as const satisfies Record<string, Pair>;

export type ToneName = keyof typeof tones;
export const toneNames = Object.keys(tones) as ToneName[];

const stageToneTable: Record<string, ToneName> = {
  lead: "slate",
  contact: "sky",
  appointment: "violet",
  visit: "indigo",
  contract: "blue",
  submission: "navy",
  supplement: "amber",
  approval: "teal",
  collateral: "bronze",
  disbursement: "green",
  receipt: "emerald",
  repayment: "olive",
  settled: "graphite",
  overdue: "red",
  lost: "grey",
};
/** The tone of a customer stage; a stage this release does not know is drawn grey. */
export const stageTone = (stage: string): ToneName => stageToneTable[stage] ?? "grey";
export const stageCodes = Object.keys(stageToneTable);

const intentTones: Record<string, ToneName> = { A: "red", B: "amber", C: "sky", D: "grey" };
export const intentTone = (intent: string): ToneName => intentTones[intent] ?? "grey";

export const font = {
  family: '-apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  mono: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
  sizes: { meta: [12, 20], dense: [13, 20], base: [14, 22], card: [16, 24], title: [20, 28], figure: [28, 36], screen: [48, 56] },
} as const;
export const radius = { control: 6, card: 8, modal: 12 } as const;
export const rowHeight = { compact: 32, normal: 40, wide: 52 } as const;
export type Density = keyof typeof rowHeight;
export const breakpoints = { phone: 768, desk: 1200, wall: 1920 } as const;
export const motion = { fast: "120ms", slow: "200ms" } as const;

const channel = (hex: string, from: number) => Number.parseInt(hex.slice(from, from + 2), 16);
/** `share` of `top` over `under`, as an opaque colour, so that a tint holds on a selected row. */
export function mix(top: string, under: string, share: number): string {
  const part = (from: number) =>
    Math.round(channel(top, from) * share + channel(under, from) * (1 - share))
      .toString(16)
      .padStart(2, "0");
  return `#${part(1)}${part(3)}${part(5)}`.toUpperCase();
}

export type GroundName = keyof typeof ground;
export interface Palette {
  ground: Record<GroundName, string>;
  tone: Record<ToneName, string>;
  tint: Record<ToneName, string>;
  watermark: string;
  shadowPopup: string;
  shadowModal: string;
}

const pick = <K extends string>(table: Record<K, Pair>, index: 0 | 1) =>
  Object.fromEntries(Object.entries<Pair>(table).map(([name, pair]) => [name, pair[index]])) as Record<K, string>;

/** All colours of one mode. `contrast` is the share of ink in the watermark (ux.md: 6 %, dark 8 %, more contrast 4 %). */
export function palette(mode: Mode, moreContrast = false): Palette {
  const index = mode === "dark" ? 1 : 0;
  const grounds = pick<GroundName>(ground, index);
  const inks = pick<ToneName>(tones, index);
  const share = mode === "dark" ? 0.16 : 0.1;
  const ink = mode === "dark" ? "255,255,255" : "26,31,41";
  const watermarkShare = moreContrast ? 0.04 : mode === "dark" ? 0.08 : 0.06;
  return {
    ground: grounds,
    tone: inks,
    tint: Object.fromEntries(toneNames.map((name) => [name, mix(inks[name], grounds.surface, share)])) as Record<ToneName, string>,
    watermark: `rgba(${ink},${watermarkShare})`,
    shadowPopup: mode === "dark" ? "0 6px 20px rgba(0,0,0,.5)" : "0 6px 20px rgba(26,31,41,.14)",
    shadowModal: mode === "dark" ? "0 16px 48px rgba(0,0,0,.6)" : "0 16px 48px rgba(26,31,41,.2)",
  };
}
