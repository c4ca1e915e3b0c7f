import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ProductFee, ProductVersion, VersionBody, VersionSummary } from "@/api/types";
import type { ToneName } from "@/theme/tokens";
import { EMPTY, rate, shortMoney, wan, yuan } from "@/ui/format";
import { fieldMap, type Place, type Rules, type RuleField } from "@/ui/rules/types";
import { formulaText } from "@/ui/rules/formula";

export const feeTimes = ["disbursement", "monthly", "end"] as const satisfies readonly ProductFee["at"][];
export const querySteps = ["pre_check", "application", "signing"] as const satisfies readonly NonNullable<VersionBody["queryStep"]>[];
export const rulesOf = (body: VersionBody): Rules => body.rules as unknown as Rules;

type T = TFunction<"products">;
/** `3.00–50.00`, for a column headed 金额(万元). */
export const wanSpan = ({ amountMinFen, amountMaxFen }: Pick<VersionBody, "amountMinFen" | "amountMaxFen">): string => `${wan(amountMinFen)}–${wan(amountMaxFen)}`;
export const moneySpan = ({ amountMinFen, amountMaxFen }: Pick<VersionBody, "amountMinFen" | "amountMaxFen">, english: boolean): string => `${shortMoney(amountMinFen, english)}–${shortMoney(amountMaxFen, english)}`;
/** A rate always with its basis: `4.50%–10.80% 年化`. */
export function rateWords({ basis, minPpm, maxPpm }: VersionBody["rate"], t: T): string {
  const one = (ppm: number) => (basis === "daily" ? `${(ppm / 10_000).toFixed(3)}%` : rate(ppm));
  return t(`match:rate.stated.${basis}`, { rate: minPpm === maxPpm ? one(minPpm) : `${one(minPpm)}–${one(maxPpm)}` });
}
export const termsWords = (terms: readonly number[], t: T): string => (terms.length === 0 ? EMPTY : t("terms.months", { months: terms.join(t("terms.slash")) }));
export const feeWords = (fee: ProductFee, t: T, english: boolean): string =>
  t(`fee.words.${fee.at}`, { title: fee.title, value: fee.kind === "percent" ? rate(fee.ppm ?? 0) : english ? `¥${yuan(fee.amountFen ?? 0)}` : shortMoney(fee.amountFen ?? 0, false) });

/** Whether a version is a draft, in force, to come, over or taken back; the tone says it as well as the word. */
export function phaseOf(version: Pick<VersionSummary, "state" | "effective" | "effectiveTo">): { phase: string; tone: ToneName } {
  if (version.state === "draft") return { phase: "draft", tone: "amber" };
  if (version.state === "withdrawn") return { phase: "withdrawn", tone: "grey" };
  if (version.effective) return { phase: "effective", tone: "green" };
  return version.effectiveTo ? { phase: "past", tone: "grey" } : { phase: "coming", tone: "blue" };
}

export interface BodyLine {
  /** The JSON pointer of what it tells. */
  path: string;
  label: string;
  text: string;
}
type Told = Pick<ProductVersion, "body"> & Partial<Pick<ProductVersion, "readsAs">>;

/** A version told line by line, terms first, then each condition and both formulas: for reading and for comparing. */
export function useBodyLines(fields: readonly RuleField[] | undefined, places: readonly Place[]) {
  const { t, i18n } = useTranslation(["products", "rules", "match", "ui"]);
  const english = i18n.language === "en";
  return ({ body, readsAs = [] }: Told): BodyLine[] => {
    const comma = t("list.comma");
    const line = (key: string, text: string, path = `/${key}`): BodyLine => ({ path, label: t(`body.${key}`), text: text || EMPTY });
    const city = (code: number) => places.find((place) => place.code === code)?.name ?? String(code);
    const rules = rulesOf(body);
    const byCode = fieldMap(fields ?? []);
    const conditions = readsAs
      .filter(({ id }) => !id.startsWith("@"))
      .map(({ id, severity, text }, index): BodyLine => ({ path: `/rules/conditions/${id}`, label: t("body.condition", { number: index + 1, severity: t(`rules:severity.${severity}`) }), text }));
    return [
      line("amountMinFen", shortMoney(body.amountMinFen, english)),
      line("amountMaxFen", shortMoney(body.amountMaxFen, english)),
      line("terms", termsWords(body.terms, t)),
      line("rate", rateWords(body.rate, t)),
      line("repayments", body.repayments.map((code) => t(`match:repayment.${code}`)).join(comma)),
      line("fees", body.fees.map((fee) => feeWords(fee, t, english)).join(comma)),
      line("cities", body.cities.length === 0 ? t("body.everywhere") : body.cities.map(city).join(comma)),
      line("documents", body.documents.join(comma)),
      line("approvalHours", t("body.hours", { hours: body.approvalHours })),
      line("commissionPpm", rate(body.commissionPpm)),
      line("commissionNote", body.commissionNote ?? ""),
      line("makesQuery", t(body.makesQuery ? "ui:fact.yes" : "ui:fact.no")),
      line("queryStep", body.queryStep ? t(`queryStep.${body.queryStep}`) : ""),
      line("validFrom", body.validFrom ?? ""),
      line("validTo", body.validTo ?? ""),
      ...conditions,
      line("limit", formulaText(rules.limit, byCode, "money", english), "/rules/limit"),
      line("rateFormula", formulaText(rules.rate, byCode, "ppm", english), "/rules/rate"),
    ];
  };
}
