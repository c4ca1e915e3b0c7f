import { Button, Checkbox } from "antd";
import { memo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MatchItem } from "@/api/types";
import { yuan } from "@/ui/format";
import type { CityName, FactValue, QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { useFormat } from "@/ui/useFormat";
import { WhyTree } from "@/ui/WhyTree";
import { outcomeOf } from "./useMatch";
import { useRates } from "./useRates";

const MARKS = { yes: "✓", unknown: "?", near: "~", no: "✕" } as const;
const FULL = 100;
const SHORT = 4;

interface MatchRowProps {
  item: MatchItem;
  fields: ReadonlyMap<string, QualificationField>;
  cities: readonly CityName[];
  onAnswer: (field: string, value: FactValue) => void;
  chosen: boolean;
  onChoose?: (() => void) | undefined;
  actions?: ReactNode;
}

/** A product: what it gives and costs, what is still missing, what stands in the way, and why. */
export const MatchRow = memo(function MatchRow({ item, fields, cities, onAnswer, chosen, onChoose, actions }: MatchRowProps) {
  const { t } = useTranslation("match");
  const [why, setWhy] = useState(false);
  const [all, setAll] = useState(false);
  const [asking, setAsking] = useState<string | null>(null);
  const outcome = outcomeOf(item);
  const asked = asking ? fields.get(asking) : undefined;
  return (
    <li className="lb-match-row">
      <div className="lb-match-head">
        <span className={`lb-match-sign lb-match-${outcome}`} role="img" aria-label={t(`outcome.${outcome}`)}>
          {MARKS[outcome]}
        </span>
        <span className="lb-match-name">
          <strong>{item.productName}</strong>
          <span className="lb-meta lb-muted">{t("row.product", { lender: item.lenderName, kind: t(`kind.${item.productKind}`) })}</span>
        </span>
        {item.amountFen !== null && <Costs item={item} />}
      </div>
      {item.missing.length > 0 && (
        <div className="lb-row lb-row-wrap">
          <span className="lb-warning">{t("row.missing")}</span>
          {(all ? item.missing : item.missing.slice(0, SHORT)).map(({ field, title }) =>
            fields.has(field) ? (
              <button key={field} type="button" className="lb-match-missing" aria-expanded={asking === field} onClick={() => setAsking(asking === field ? null : field)}>
                {title}
              </button>
            ) : (
              <span key={field}>{title}</span>
            ),
          )}
          {!all && item.missing.length > SHORT && (
            <Button size="small" type="text" onClick={() => setAll(true)}>
              {t("row.moreMissing", { count: item.missing.length - SHORT })}
            </Button>
          )}
        </div>
      )}
      {asked && (
        <div className="lb-match-answer">
          <QualificationInput
            key={asked.code}
            field={asked}
            value={null}
            cities={cities}
            autoFocus
            label={t("row.answer", { title: asked.title })}
            onCancel={() => setAsking(null)}
            onDone={(value) => {
              setAsking(null);
              if (value !== null) onAnswer(asked.code, value);
            }}
          />
          <span className="lb-meta lb-faint lb-key-hint">{t("row.tryHint")}</span>
        </div>
      )}
      {item.nearMisses.map((miss) => (
        <p key={`${miss.conditionId}-${miss.field}`} className="lb-warning">
          {t("near.text", { text: miss.text })}
        </p>
      ))}
      {outcome !== "no" && item.needs.length > 0 && <p className="lb-meta lb-muted">{item.needs.join(" · ")}</p>}
      {outcome === "no" && item.refusals.map((text) => <p key={text} className="lb-danger">{text}</p>)}
      <div className="lb-row lb-row-wrap lb-match-actions">
        <span className="lb-meta lb-muted lb-match-limit">{item.limitText && t("row.limit", { text: item.limitText })}</span>
        {item.score < FULL && outcome !== "no" && <span className="lb-meta lb-muted">{t("row.score", { score: item.score })}</span>}
        <Button size="small" type="text" aria-expanded={why} onClick={() => setWhy(!why)}>
          {t(why ? "row.whyClose" : "row.why")}
        </Button>
        {onChoose && (
          <Checkbox checked={chosen} onChange={onChoose}>
            {t("compare.choose")}
          </Checkbox>
        )}
        {actions}
      </div>
      {why && <WhyTree node={item.explanation} />}
    </li>
  );
});

function Costs({ item }: { item: MatchItem }) {
  const { t } = useTranslation("match");
  const format = useFormat();
  const rates = useRates();
  const annual = rates.annual(item.nominal);
  const stated = item.ratePpm === null || item.rateBasis === null ? undefined : item.rateFrom === "range" ? t("rate.from", { rate: rates.stated(item.ratePpm, item.rateBasis) }) : rates.stated(item.ratePpm, item.rateBasis);
  const money = (fen: number | null) => (fen === null ? t("common:unknown") : <span title={yuan(fen)}>{format.money(fen)}</span>);
  return (
    <dl className="lb-match-costs">
      <div>
        <dt>{t(item.limitFen === null ? "cost.asked" : "cost.amount")}</dt>
        <dd className="lb-match-amount">{money(item.amountFen)}</dd>
      </div>
      <div>
        <dt>{item.repayment ? t(`repayment.${item.repayment}`) : t("cost.instalment")}</dt>
        <dd>{item.instalmentFen === null ? t("common:unknown") : <span title={yuan(item.instalmentFen)}>{t("cost.monthly", { money: format.money(item.instalmentFen), count: item.months ?? 0 })}</span>}</dd>
      </div>
      <div>
        <dt>{t("cost.annual")}</dt>
        <dd>
          <span title={[rates.effective(item.effective), stated].filter(Boolean).join(" · ")}>{annual ?? t("cost.none")}</span>
          {stated && <span className="lb-meta lb-muted lb-match-stated">{stated}</span>}
        </dd>
      </div>
      <div>
        <dt>{t("cost.fees")}</dt>
        <dd>{money(item.feesFen)}</dd>
      </div>
      <div>
        <dt>{t("cost.approval")}</dt>
        <dd>{t("cost.hours", { count: item.approvalHours })}</dd>
      </div>
    </dl>
  );
}
