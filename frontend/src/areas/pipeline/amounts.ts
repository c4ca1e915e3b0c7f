import type { TFunction } from "i18next";
import type { CaseRow } from "@/api/types";
import { parseAmount, rate, shortMoney, yuan } from "@/ui/format";

/** What a case stands for: approved where a lender has approved, wanted before. */
export const amountOf = (row: Pick<CaseRow, "approvedFen" | "wantedFen">): number => row.approvedFen ?? row.wantedFen;

/** `20万` as people type what is kept in fen. */
export const amountText = (fen: number | null | undefined): string => {
  if (!fen) return "";
  return fen % 1_000_000 === 0 ? `${fen / 1_000_000}万` : yuan(fen).replace(/\.00$/, "");
};
export const percentText = (ppm: number): string => (ppm ? String(ppm / 10_000) : "");
/** ppm of `3`, `2.5%`; null when it is no share. */
export function parsePercent(text: string): number | null {
  const found = /^(\d{1,3}(?:\.\d{1,4})?)\s*[%％]?$/.exec(text.trim());
  const ppm = found ? Math.round(Number(found[1]) * 10_000) : null;
  return ppm !== null && ppm <= 1_000_000 ? ppm : null;
}
export function parseMonths(text: string): number | null {
  const months = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return months >= 1 && months <= 480 ? months : null;
}

/** `3.00% + 2,000.00 元`: the fee as it was agreed. */
export function feeWords(row: Pick<CaseRow, "feeRatePpm" | "feeFixedFen">, t: TFunction, english: boolean): string {
  const parts = [row.feeRatePpm ? rate(row.feeRatePpm) : null, row.feeFixedFen ? shortMoney(row.feeFixedFen, english) : null].filter(Boolean);
  return parts.length > 0 ? parts.join(" + ") : t("fee.none");
}

/** What is told at a field whose text cannot be read. */
export const checks = (t: TFunction) => ({
  amount: (text: string) => (parseAmount(text) === null ? t("form.wrong.amount") : null),
  percent: (text: string) => (parsePercent(text) === null ? t("form.wrong.percent") : null),
  months: (text: string) => (parseMonths(text) === null ? t("form.wrong.months") : null),
});
export const fenOf = (text: string | null | undefined): number | null => (text?.trim() ? parseAmount(text) : null);
export const ppmOf = (text: string | null | undefined): number | null => (text?.trim() ? parsePercent(text) : null);
export const monthsOf = (text: string | null | undefined): number | null => (text?.trim() ? parseMonths(text) : null);
