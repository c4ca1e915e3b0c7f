import { Button } from "antd";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Match, MatchItem } from "@/api/types";
import { count } from "@/ui/format";
import type { CityName, FactValue, QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { scrollToTop } from "@/ui/scrollTo";
import { StateView } from "@/ui/StateView";
import { CompareLoans } from "./CompareLoans";
import { MatchRow } from "./MatchRow";
import { outcomeOf, outcomes, type Outcome } from "./useMatch";
import "./match.css";

interface MatchResultsProps {
  match: Match;
  busy: boolean;
  fields: ReadonlyMap<string, QualificationField>;
  cities: readonly CityName[];
  /** A missing value, answered where it is missed. */
  onAnswer: (field: string, value: FactValue) => void;
  actions?: (item: MatchItem) => ReactNode;
}
const MOST = 2;

/** What fits, what would if it were known, what will with time, and what does not; each product with its cost and its reasons. */
export function MatchResults({ match, busy, fields, cities, onAnswer, actions }: MatchResultsProps) {
  const { t } = useTranslation("match");
  const [refusedShown, setRefusedShown] = useState(false);
  const [chosen, setChosen] = useState<readonly MatchItem[]>([]);
  const [comparing, setComparing] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => {
    const found = new Map<Outcome, MatchItem[]>();
    for (const item of match.items) found.set(outcomeOf(item), [...(found.get(outcomeOf(item)) ?? []), item]);
    return found;
  }, [match.items]);
  const choose = (item: MatchItem) =>
    setChosen((before) => {
      const others = before.filter(({ versionId }) => versionId !== item.versionId);
      return others.length < before.length ? others : [...others.slice(1 - MOST), item];
    });
  const show = (outcome: Outcome) => {
    if (outcome === "no") setRefusedShown(true);
    requestAnimationFrame(() => scrollToTop(root.current?.querySelector(`[data-outcome=${outcome}]`)));
  };
  const asked = match.ask ? fields.get(match.ask.field) : undefined;
  return (
    <div className="lb-match" ref={root} aria-busy={busy}>
      <div className="lb-match-counts" role="status">
        {outcomes.map((outcome) => (
          <button key={outcome} type="button" className="lb-chip" disabled={match.counts[outcome] === 0} onClick={() => show(outcome)}>
            <span className={`lb-match-mark lb-match-${outcome}`} aria-hidden />
            {t(`outcome.count.${outcome}`, { count: match.counts[outcome], shown: count(match.counts[outcome]) })}
          </button>
        ))}
        <span className="lb-match-progress" data-on={busy} aria-hidden />
      </div>
      {match.ask && asked && (
        <div className="lb-match-ask">
          <span>{t("list.ask", { title: match.ask.title, count: match.ask.decides })}</span>
          <QualificationInput key={match.ask.field} field={asked} value={null} cities={cities} onDone={(value) => value !== null && onAnswer(asked.code, value)} />
        </div>
      )}
      {match.items.length === 0 && <StateView title={t("list.empty")} detail={t("list.emptyDetail")} />}
      {outcomes.map((outcome) => {
        const items = groups.get(outcome) ?? [];
        if (items.length === 0) return null;
        const folded = outcome === "no" && !refusedShown;
        return (
          <section key={outcome} data-outcome={outcome} aria-label={t(`outcome.${outcome}`)}>
            <header className="lb-row lb-between">
              <h3 className={`lb-match-${outcome}`}>{t(`outcome.${outcome}`)}</h3>
              {outcome === "no" && (
                <Button size="small" type="text" aria-expanded={!folded} onClick={() => setRefusedShown(folded)}>
                  {t(folded ? "list.showRefused" : "list.hideRefused", { count: items.length })}
                </Button>
              )}
            </header>
            {!folded && (
              <ul>
                {items.map((item) => (
                  <MatchRow
                    key={item.versionId}
                    item={item}
                    fields={fields}
                    cities={cities}
                    onAnswer={onAnswer}
                    chosen={chosen.some(({ versionId }) => versionId === item.versionId)}
                    onChoose={item.amountFen !== null && item.months !== null ? () => choose(item) : undefined}
                    actions={actions?.(item)}
                  />
                ))}
              </ul>
            )}
          </section>
        );
      })}
      {chosen.length > 0 && (
        <footer className="lb-match-compare">
          <span className="lb-grow lb-ellipsis">{chosen.length < MOST ? t("compare.one", { name: chosen[0]?.productName }) : t("compare.two", { a: chosen[0]?.productName, b: chosen[1]?.productName })}</span>
          <Button disabled={chosen.length < MOST} onClick={() => setComparing(true)}>
            {t("compare.open")}
          </Button>
          <Button type="text" onClick={() => setChosen([])}>
            {t("compare.clear")}
          </Button>
        </footer>
      )}
      {comparing && chosen[0] && chosen[1] && <CompareLoans a={chosen[0]} b={chosen[1]} onClose={() => setComparing(false)} />}
    </div>
  );
}
