import { useTranslation } from "react-i18next";
import type { LoanComparison, LoanSummary } from "@/api/types";
import { EMPTY, yuan } from "@/ui/format";
import { useFormat } from "@/ui/useFormat";
import { useRates } from "./useRates";

interface LoanFiguresProps {
  names: readonly string[];
  loans: readonly (LoanSummary | undefined)[];
  comparison?: LoanComparison | undefined;
}
const MONEY = ["instalmentFen", "totalInterestFen", "totalFeesFen", "totalCostFen"] as const;

/** What one or two loans cost, row by row; of two also the difference and when the order turns. */
export function LoanFigures({ names, loans, comparison }: LoanFiguresProps) {
  const { t } = useTranslation("match");
  const rates = useRates();
  const two = loans.length > 1;
  return (
    <>
      <table className="lb-loan-figures">
        <thead>
          <tr>
            <th scope="col">
              <span className="lb-sr">{t("figures.what")}</span>
            </th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {MONEY.map((key) => (
            <tr key={key}>
              <th scope="row">{t(`figures.${key}`)}</th>
              {loans.map((loan, index) => (
                <td key={names[index]}>{loan ? yuan(loan[key]) : EMPTY}</td>
              ))}
            </tr>
          ))}
          {(["nominal", "effective"] as const).map((key) => (
            <tr key={key}>
              <th scope="row">{t(`figures.${key}`)}</th>
              {loans.map((loan, index) => (
                <td key={names[index]}>{loan ? (rates.share(loan[key]) ?? t("cost.none")) : EMPTY}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {two && comparison && <Verdict names={names} comparison={comparison} />}
    </>
  );
}

function Verdict({ names, comparison }: { names: readonly string[]; comparison: LoanComparison }) {
  const { t } = useTranslation("match");
  const format = useFormat();
  const [a = "", b = ""] = names;
  const { totalCostFen, instalmentFen, nominal } = comparison.difference;
  // Differences are b − a: what is negative speaks for b.
  const cheaper = totalCostFen < 0 ? b : a;
  const lighter = instalmentFen < 0 ? b : a;
  const first = comparison.months.find(({ aCumulativeFen, bCumulativeFen }) => aCumulativeFen !== bCumulativeFen);
  const early = first && first.aCumulativeFen < first.bCumulativeFen ? a : b;
  const points = nominal === null ? null : Math.abs(Number(nominal) * 100).toFixed(2);
  return (
    <ul className="lb-loan-verdict" role="status">
      <li>{totalCostFen === 0 ? t("verdict.sameCost") : t("verdict.cheaper", { name: cheaper, money: format.money(Math.abs(totalCostFen)) })}</li>
      {nominal !== null && Number(nominal) !== 0 && <li>{t("verdict.annual", { name: Number(nominal) < 0 ? b : a, points })}</li>}
      {instalmentFen !== 0 && <li>{t("verdict.instalment", { name: lighter, money: format.money(Math.abs(instalmentFen)) })}</li>}
      {comparison.crossing !== null && <li>{t("verdict.crossing", { name: early, month: comparison.crossing })}</li>}
    </ul>
  );
}
