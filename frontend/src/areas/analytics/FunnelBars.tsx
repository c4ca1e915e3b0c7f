import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { count, percent } from "@/ui/format";
import { useFormat } from "@/ui/useFormat";
import { Change } from "./Change";
import { PointChange } from "./PointChange";
import type { Drill, FunnelStep } from "./useFigures";

interface FunnelBarsProps {
  steps: readonly FunnelStep[];
  onDrill: (title: string, drill: Drill) => void;
}

/** The step that loses most of those who came to it, among the steps that anyone came to. */
export function leakiest(steps: readonly FunnelStep[]): string | null {
  const rated = steps.filter((step, index) => index > 0 && step.rateBps !== null && (steps[index - 1]?.count ?? 0) >= 5);
  return rated.length === 0 ? null : rated.reduce((worst, step) => ((step.rateBps ?? 0) < (worst.rateBps ?? 0) ? step : worst)).step;
}

/** Bars whose length is the number, the period before as a pale bar behind; every bar goes to its customers. */
export function FunnelBars({ steps, onDrill }: FunnelBarsProps) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  const most = Math.max(1, ...steps.flatMap((step) => [step.count, step.previousCount ?? 0]));
  const worst = leakiest(steps);
  return (
    <ol className="lb-funnel">
      {steps.map((step, index) => {
        const before = steps[index - 1];
        const lost = before ? before.count - step.count : 0;
        return (
          <li key={step.step} data-worst={step.step === worst}>
            <span className="lb-funnel-name">{step.title}</span>
            <button type="button" className="lb-plain lb-funnel-bar" onClick={() => onDrill(step.title, step.drill)} aria-label={t("funnel.open", { step: step.title, count: count(step.count) })}>
              {step.previousCount !== null && <span className="lb-funnel-before" style={{ width: `${(step.previousCount / most) * 100}%` }} aria-hidden />}
              <span className="lb-funnel-now" style={{ width: `${(step.count / most) * 100}%` }} aria-hidden />
              <span className="lb-funnel-count">{count(step.count)}</span>
            </button>
            <span className="lb-funnel-facts lb-meta">
              {step.rateBps !== null && (
                <span>
                  <strong>{percent(step.rateBps)}</strong> {step.previousRateBps !== null && <PointChange now={step.rateBps} before={step.previousRateBps} />}
                </span>
              )}
              {index === 0 && <Change now={step.count} before={step.previousCount} />}
              {step.amountFen > 0 && <span>{format.money(step.amountFen)}</span>}
              {step.medianSeconds !== null && (
                <span className="lb-muted">{step.p90Seconds === null ? t("funnel.median", { span: format.span(step.medianSeconds) }) : t("funnel.medianP90", { span: format.span(step.medianSeconds), p90: format.span(step.p90Seconds) })}</span>
              )}
              {before && lost > 0 && (
                <Button type="link" size="small" onClick={() => onDrill(t("funnel.stuckTitle", { step: before.title }), before.stuck)}>
                  {step.step === worst ? t("funnel.worst", { count: count(lost) }) : t("funnel.stuck", { count: count(lost) })}
                </Button>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** The same funnel as a table. */
export function FunnelTable({ steps, onDrill }: FunnelBarsProps) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  const heads = ["step", "count", "previous", "rate", "total", "amount", "median", "p90"] as const;
  return (
    <div className="lb-chart-table" tabIndex={0} role="region" aria-label={t("funnel.title")}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`funnel.column.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.step}>
              <th scope="row">
                <button type="button" className="lb-plain lb-link" onClick={() => onDrill(step.title, step.drill)}>
                  {step.title}
                </button>
              </th>
              <td>{count(step.count)}</td>
              <td>{step.previousCount === null ? "–" : count(step.previousCount)}</td>
              <td>{step.rateBps === null ? "–" : percent(step.rateBps)}</td>
              <td>{step.totalBps === null ? "–" : percent(step.totalBps)}</td>
              <td>{step.amountFen === 0 ? "–" : format.money(step.amountFen)}</td>
              <td>{step.medianSeconds === null ? "–" : format.span(step.medianSeconds)}</td>
              <td>{step.p90Seconds === null ? "–" : format.span(step.p90Seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
