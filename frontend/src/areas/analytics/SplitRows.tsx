import { useTranslation } from "react-i18next";
import { count, percent } from "@/ui/format";
import { useFormat } from "@/ui/useFormat";
import type { Drill, Funnel } from "./useFigures";

/** The funnel of each channel, team, person, kind or city, one a row. */
export function SplitRows({ funnel, onDrill }: { funnel: Funnel; onDrill: (title: string, drill: Drill) => void }) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  return (
    <>
      <div className="lb-chart-table" tabIndex={0} role="region" aria-label={t("split.title")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t(`split.${funnel.split}`)}</th>
              {funnel.steps.map((step) => (
                <th key={step.step} scope="col">
                  {step.title}
                </th>
              ))}
              <th scope="col">{t("split.receivedAmount")}</th>
            </tr>
          </thead>
          <tbody>
            {funnel.rows.map((row) => (
              <tr key={row.key ?? "none"}>
                <th scope="row">
                  {row.drill ? (
                    <button type="button" className="lb-plain lb-link" onClick={() => row.drill && onDrill(row.title, row.drill)}>
                      {row.title}
                    </button>
                  ) : (
                    row.title
                  )}
                </th>
                {row.steps.map((step) => (
                  <td key={step.step}>
                    {count(step.count)}
                    {step.rateBps !== null && <span className="lb-meta lb-faint"> {percent(step.rateBps)}</span>}
                  </td>
                ))}
                <td>{format.money(row.steps.at(-1)?.amountFen ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {funnel.rowsLeft > 0 && <p className="lb-meta lb-faint">{t("split.left", { count: funnel.rowsLeft })}</p>}
    </>
  );
}
