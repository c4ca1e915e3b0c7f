import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { isProblem, type Problem } from "@/api/problem";
import type { LoanIn } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { LoanFigures } from "./LoanFigures";
import { LoanForm } from "./LoanForm";
import { LoanRows } from "./LoanRows";
import { emptyLoan, fromLoan, toLoan, type LoanDraft } from "./loanDraft";
import { useComparison, useSchedule } from "./useLoans";
import { useSettled } from "./useMatch";
import "./match.css";

/** Two loans to begin with, handed on by another page. */
interface Given {
  loans?: readonly LoanIn[];
  names?: readonly string[];
}
const problemOf = (error: unknown): Problem | null => (isProblem(error) ? error : null);

/** What a loan costs with every fee in it, month by month, alone or beside another. */
export function CalculatorPage() {
  const { t } = useTranslation("match");
  const given = (useLocation().state ?? {}) as Given;
  const [a, setA] = useState<LoanDraft>(() => (given.loans?.[0] ? fromLoan(given.loans[0]) : emptyLoan));
  const [b, setB] = useState<LoanDraft | null>(() => (given.loans?.[1] ? fromLoan(given.loans[1]) : null));
  const [shown, setShown] = useState<"a" | "b">("a");
  const names = [given.names?.[0] ?? t("loan.a"), given.names?.[1] ?? t("loan.b")] as const;
  const fee = t("loan.fee.title");
  const loanA = useSettled(toLoan(a, fee));
  const loanB = useSettled(b && toLoan(b, fee));
  const first = useSchedule(loanA);
  const second = useSchedule(loanB);
  const comparison = useComparison(second.isSuccess && first.isSuccess ? loanA : null, loanB);
  const both = b !== null;
  const current = both && shown === "b" ? second : first;
  const of = (loan: LoanIn | null, query: typeof first) => (loan && query.isSuccess && !query.error ? query.data : undefined);
  const scheduleA = of(loanA, first);
  const scheduleB = of(loanB, second);
  const schedule = both && shown === "b" ? scheduleB : scheduleA;
  return (
    <Page
      title={t("calculator.title")}
      actions={
        <Button onClick={() => (both ? (setB(null), setShown("a")) : setB({ ...a, fees: a.fees.map((entry) => ({ ...entry })) }))}>{t(both ? "calculator.one" : "calculator.two")}</Button>
      }
    >
      <div className="lb-loans" data-two={both}>
        <Section title={both ? names[0] : t("calculator.terms")}>
          <LoanForm name={names[0]} loan={a} problem={problemOf(first.error)} onChange={setA} />
        </Section>
        {b && (
          <Section title={names[1]}>
            <LoanForm name={names[1]} loan={b} problem={problemOf(second.error)} onChange={setB} />
          </Section>
        )}
        <Section title={t("calculator.result")} className="lb-loan-result">
          {scheduleA || scheduleB ? (
            <>
              <LoanFigures names={both ? names : [t("calculator.single")]} loans={both ? [scheduleA, scheduleB] : [scheduleA]} comparison={both && loanB ? comparison.data : undefined} />
              {comparison.error && <p className="lb-warning">{problemOf(comparison.error)?.errors[0]?.message ?? problemOf(comparison.error)?.message}</p>}
              <p className="lb-meta lb-muted">{t("calculator.note")}</p>
            </>
          ) : (
            <StateView title={t("calculator.empty")} detail={t("calculator.emptyDetail")} />
          )}
        </Section>
      </div>
      {schedule && (
        <LoanRows
          schedule={schedule}
          busy={current.isFetching}
          updatedAt={current.dataUpdatedAt}
          onRefresh={() => void current.refetch()}
          filters={
            <div className="lb-row lb-row-wrap">
              <h2>{t("rows.title")}</h2>
              {both && <ChipGroup label={t("rows.which")} value={shown} onChange={setShown} options={[{ value: "a", label: names[0] }, { value: "b", label: names[1] }]} />}
            </div>
          }
        />
      )}
    </Page>
  );
}
