import { EMPTY, parseAmount, percent, shortMoney, type Translate } from "./format";

/** A field of the catalogue, as `GET /qualification-fields` tells it. */
export interface QualificationField {
  code: string;
  title: string;
  kind: "money" | "number" | "ratio" | "bool" | "choice" | "set" | "city";
  unit: "fen" | "fen_month" | "fen_year" | "year" | "month" | "day" | "times" | "pieces" | "points" | "bps" | "none";
  group: string;
  low: number;
  high: number;
  choices: readonly { code: string; title: string }[];
  weight: number;
  hint: string;
}
/** Fen, a count, basis points or a city's code; a truth; a choice's code; the codes of a set. */
export type FactValue = number | boolean | string | string[];
export type Facts = Record<string, FactValue | null>;
export interface CityName {
  code: number;
  name: string;
}

/** The fields of each group, both in the catalogue's order. */
export function byGroup(fields: readonly QualificationField[]): [string, QualificationField[]][] {
  const groups = new Map<string, QualificationField[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

export const typed = (kind: QualificationField["kind"]): boolean => kind === "money" || kind === "number" || kind === "ratio";

/** A known value in words: `3,200元/月`, `14 个月`, `68.0%`, `本科`. */
export function factText(field: QualificationField, value: FactValue | null | undefined, cities: readonly CityName[], english: boolean, t: Translate): string {
  if (value === null || value === undefined) return t("common:unknown");
  const title = (code: string) => field.choices.find((choice) => choice.code === code)?.title ?? code;
  if (Array.isArray(value)) return value.map(title).join(t("ui:fact.comma")) || EMPTY;
  if (typeof value === "boolean") return t(value ? "ui:fact.yes" : "ui:fact.no");
  if (typeof value === "string") return title(value);
  if (field.kind === "city") return cities.find(({ code }) => code === value)?.name ?? String(value);
  const number = field.kind === "money" ? shortMoney(value, english) : field.kind === "ratio" ? percent(value) : value.toLocaleString("en-US");
  return t(`ui:fact.unit.${field.unit}`, { value: number });
}

/** What stands in the input of a typed value before it is changed. */
export function factInput(field: QualificationField, value: FactValue | null): string {
  if (typeof value !== "number") return "";
  return String(field.unit === "bps" || field.kind === "money" ? value / 100 : value);
}

/** The value of what was typed: `20万`, `3,200`, `68%`, `2年3个月`; null when it is not one. */
export function parseFact(field: QualificationField, text: string): number | null {
  if (field.kind === "money") return parseAmount(text);
  const plain = text.replace(/[,,\s]/g, "");
  if (field.kind === "ratio") {
    const found = /^(\d+(?:\.\d{1,2})?)[%%]?$/.exec(plain);
    return found ? Math.round(Number(found[1]) * 100) : null;
  }
  if (/^\d+$/.test(plain)) return Number(plain);
  const span = field.unit === "month" ? /^(?:(\d+)年)?(?:(\d+)个?月)?$/.exec(plain) : null;
  return span && (span[1] || span[2]) ? Number(span[1] ?? 0) * 12 + Number(span[2] ?? 0) : null;
}
