import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { LoanIn } from "@/api/types";
import { rate } from "@/ui/format";

export type Basis = LoanIn["rate"]["basis"];
export type Repayment = LoanIn["repayment"];
export const bases = ["annual", "monthly", "daily", "monthly_flat"] as const satisfies readonly Basis[];
export const repayments = ["equal_instalment", "equal_principal", "interest_first", "flat", "bullet", "revolving"] as const satisfies readonly Repayment[];

/** Rates are never told without what they refer to. */
export function useRates() {
  const { t } = useTranslation("match");
  return useMemo(
    () => ({
      /** `13.17% 年化(IRR)` of `0.1317`; null where there is none. */
      annual: (part: string | null) => (part === null ? null : t("rate.annual", { rate: share(part) })),
      /** `13.17%` where its basis stands beside it. */
      share: (part: string | null) => (part === null ? null : share(part)),
      /** `14.00% 实际年化` */
      effective: (part: string | null) => (part === null ? null : t("rate.effective", { rate: share(part) })),
      stated: (ppm: number, basis: Basis) => t(`rate.stated.${basis}`, { rate: basis === "daily" ? fine(ppm) : rate(ppm) }),
    }),
    [t],
  );
}
const share = (part: string): string => rate(Math.round(Number(part) * 1_000_000));
/** Daily rates are small: `0.030%`. */
const fine = (ppm: number): string => `${(ppm / 10_000).toFixed(3)}%`;
