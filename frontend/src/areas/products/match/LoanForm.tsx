import { CloseOutlined, PlusOutlined } from "@/ui/icons";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";
import { QualificationInput } from "@/ui/QualificationInput";
import { feeTimes, moneyField, monthsField, parseRate, type FeeDraft, type LoanDraft } from "./loanDraft";
import { bases, repayments } from "./useRates";

interface LoanFormProps {
  name: string;
  loan: LoanDraft;
  problem: Problem | null;
  onChange: (loan: LoanDraft) => void;
}

/** The terms of one loan; the server's refusals stand at their fields. */
export function LoanForm({ name, loan, problem, onChange }: LoanFormProps) {
  const { t } = useTranslation("match");
  const id = useId();
  const change = (part: Partial<LoanDraft>) => onChange({ ...loan, ...part });
  const changeFee = (key: number, part: Partial<FeeDraft>) => change({ fees: loan.fees.map((fee) => (fee.key === key ? { ...fee, ...part } : fee)) });
  const at = (...ends: string[]) => problem?.errors.find(({ pointer }) => ends.some((end) => pointer.endsWith(end)))?.message ?? null;
  const rateRefusal = at("/ppm", "/rate", "/basis");
  return (
    <fieldset className="lb-loan-form" aria-label={name}>
      <label>
        <span>{t("loan.principal")}</span>
        <QualificationInput field={moneyField(t("loan.principal"))} value={loan.principalFen} cities={[]} refusal={at("/principalFen")} onChange={(value) => change({ principalFen: value as number | null })} />
      </label>
      <label>
        <span>{t("loan.months")}</span>
        <QualificationInput field={monthsField(t("loan.months"))} value={loan.months} cities={[]} refusal={at("/months")} onChange={(value) => change({ months: value as number | null })} />
      </label>
      <label htmlFor={`${id}-repayment`}>
        <span>{t("loan.repayment")}</span>
        <Select
          id={`${id}-repayment`}
          aria-label={t("loan.repayment")}
          value={loan.repayment}
          status={at("/repayment") ? "error" : ""}
          // A flat loan is quoted by its flat monthly rate, and no other loan is.
          onChange={(repayment) => change({ repayment, ...(repayment === "flat" ? { basis: "monthly_flat" as const } : loan.basis === "monthly_flat" ? { basis: "annual" as const } : {}) })}
          options={repayments.map((value) => ({ value, label: t(`repayment.${value}`) }))}
        />
      </label>
      <div className="lb-loan-rate">
        <label>
          <span>{t("loan.rate")}</span>
          <RateInput label={t("loan.rate")} ppm={loan.ppm} refusal={rateRefusal} onChange={(ppm) => change({ ppm })} />
        </label>
        <Select aria-label={t("loan.basis")} value={loan.basis} onChange={(basis) => change({ basis })} options={bases.map((value) => ({ value, label: t(`rate.basis.${value}`) }))} />
      </div>
      {loan.fees.map((fee) => (
        <div key={fee.key} className="lb-loan-fee">
          <Select
            aria-label={t("loan.fee.kind")}
            value={fee.kind}
            onChange={(kind) => changeFee(fee.key, { kind, value: null })}
            options={(["percent", "fixed"] as const).map((value) => ({ value, label: t(`loan.fee.${value}`) }))}
          />
          {fee.kind === "percent" ? (
            <RateInput label={t("loan.fee.value")} ppm={fee.value} refusal={null} onChange={(value) => changeFee(fee.key, { value })} />
          ) : (
            <QualificationInput field={moneyField(t("loan.fee.value"))} value={fee.value} cities={[]} onChange={(value) => changeFee(fee.key, { value: value as number | null })} />
          )}
          <Button type="text" icon={<CloseOutlined />} aria-label={t("loan.fee.remove")} onClick={() => change({ fees: loan.fees.filter(({ key }) => key !== fee.key) })} />
          <Select aria-label={t("loan.fee.at")} value={fee.at} onChange={(time) => changeFee(fee.key, { at: time })} options={feeTimes.map((value) => ({ value, label: t(`loan.fee.when.${value}`) }))} />
        </div>
      ))}
      {at("/fees") && <span className="lb-meta lb-danger">{at("/fees")}</span>}
      <Button
        icon={<PlusOutlined />}
        className="lb-loan-add"
        onClick={() => change({ fees: [...loan.fees, { key: Math.max(0, ...loan.fees.map(({ key }) => key)) + 1, kind: "percent", value: null, at: "disbursement" }] })}
      >
        {t("loan.fee.add")}
      </Button>
      {problem && problem.errors.length === 0 && (
        <p className="lb-danger" role="alert">
          {problem.message}
        </p>
      )}
    </fieldset>
  );
}

function RateInput({ label, ppm, refusal, onChange }: { label: string; ppm: number | null; refusal: string | null; onChange: (ppm: number | null) => void }) {
  const { t } = useTranslation("match");
  const [text, setText] = useState(() => (ppm === null ? "" : String(ppm / 10_000)));
  const [left, setLeft] = useState(false);
  const wrong = left && text.trim() !== "" && parseRate(text) === null;
  const told = useId();
  const message = wrong ? t("loan.rateWrong") : refusal;
  return (
    <span className="lb-fact-input">
      <Input
        aria-label={label}
        aria-invalid={!!message}
        aria-describedby={message ? told : undefined}
        status={message ? "error" : ""}
        value={text}
        inputMode="decimal"
        autoComplete="off"
        maxLength={9}
        suffix="%"
        onBlur={() => setLeft(true)}
        onChange={(event) => {
          setText(event.target.value);
          setLeft(false);
          onChange(parseRate(event.target.value));
        }}
      />
      {message && (
        <span id={told} className="lb-meta lb-danger" role="alert">
          {message}
        </span>
      )}
    </span>
  );
}
