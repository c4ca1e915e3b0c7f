import type { LoanIn } from "@/api/types";
import type { QualificationField } from "@/ui/qualification";
import type { Basis, Repayment } from "./useRates";

export type Fee = NonNullable<LoanIn["fees"]>[number];
export interface FeeDraft {
  key: number;
  kind: Fee["kind"];
  /** ppm of the principal, or fen. */
  value: number | null;
  at: Fee["at"];
}
/** A loan as far as it has been typed. */
export interface LoanDraft {
  principalFen: number | null;
  months: number | null;
  repayment: Repayment;
  basis: Basis;
  ppm: number | null;
  fees: readonly FeeDraft[];
}
export const feeTimes = ["disbursement", "monthly", "end"] as const satisfies readonly Fee["at"][];
export const emptyLoan: LoanDraft = { principalFen: null, months: null, repayment: "equal_instalment", basis: "annual", ppm: null, fees: [] };

/** The request of a draft; null while something is missing. */
export function toLoan(draft: LoanDraft, feeTitle: string): LoanIn | null {
  const { principalFen, months, repayment, basis, ppm } = draft;
  if (principalFen === null || months === null || ppm === null) return null;
  const fees = draft.fees.flatMap(({ key, kind, value, at }): Fee[] =>
    value === null ? [] : [{ code: `fee_${key}`, title: feeTitle, kind, at, ...(kind === "percent" ? { ppm: value } : { amountFen: value }) }],
  );
  return { principalFen, months, repayment, rate: { basis, ppm }, fees };
}

export function fromLoan(loan: LoanIn): LoanDraft {
  return {
    principalFen: loan.principalFen,
    months: loan.months,
    repayment: loan.repayment,
    basis: loan.rate.basis,
    ppm: loan.rate.ppm,
    fees: (loan.fees ?? []).map(({ kind, ppm, amountFen, at }, key) => ({ key, kind, value: (kind === "percent" ? ppm : amountFen) ?? null, at })),
  };
}

const field = (part: Pick<QualificationField, "code" | "title" | "kind" | "unit">): QualificationField => ({ group: "loan", low: 0, high: Number.MAX_SAFE_INTEGER, choices: [], weight: 0, hint: "", ...part });
export const moneyField = (title: string): QualificationField => field({ code: "money", title, kind: "money", unit: "fen" });
export const monthsField = (title: string): QualificationField => field({ code: "months", title, kind: "number", unit: "month" });

/** ppm of a percentage with up to four decimals; null when it is none. */
export function parseRate(text: string): number | null {
  const found = /^(\d{1,3}(?:\.\d{1,4})?)[%%]?$/.exec(text.trim());
  return found ? Math.round(Number(found[1]) * 10_000) : null;
}
