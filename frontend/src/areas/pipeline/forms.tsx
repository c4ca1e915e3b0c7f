import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { client, data, ifMatch } from "@/api/client";
import type { CaseRow, Submission } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { DayPick } from "@/ui/DayPick";
import { day } from "@/ui/format";
import { SchemaForm, type Field, type Values } from "@/ui/SchemaForm";
import { SearchSelect } from "@/ui/SearchSelect";
import { useFormat } from "@/ui/useFormat";
import { amountText, checks, fenOf, monthsOf, percentText, ppmOf } from "./amounts";
import { caseChanged } from "./live";
import { useProductSearch } from "./useCases";

interface FormProps {
  row: CaseRow;
  onDone: () => void;
  onCancel?: (() => void) | undefined;
}
const key = (idempotencyKey: string) => ({ "Idempotency-Key": idempotencyKey });

/** Sends, and reads again whatever shows the case. */
function useSend(row: CaseRow, onDone: () => void) {
  const cache = useQueryClient();
  return async () => {
    await caseChanged(cache, row.id, row.customer.id);
    onDone();
  };
}

/** Product, amount, term and fee of a case; `only` asks for a part of it. */
export function TermsForm({ row, onDone, onCancel, only }: FormProps & { only?: "product" | "fee" }) {
  const { t } = useTranslation("pipeline");
  const check = checks(t);
  const done = useSend(row, onDone);
  const search = useProductSearch();
  const known = row.product && row.productVersionId ? { value: row.productVersionId, label: row.product.name, detail: row.product.lenderName } : null;
  const fields: Record<string, Field> = {
    productVersionId: { name: "productVersionId", label: t("form.product"), required: only === "product", control: <SearchSelect name="products" search={search} known={known} placeholder={t("form.productHint")} /> },
    wantedFen: { name: "wantedFen", label: t("form.wanted"), kind: "amount", required: true, hint: t("form.amountHint"), check: check.amount },
    wantedMonths: { name: "wantedMonths", label: t("form.months"), unit: t("form.monthsUnit"), check: check.months },
    feeRatePpm: { name: "feeRatePpm", label: t("form.feeRate"), unit: "%", hint: t("form.feeRateHint"), check: check.percent },
    feeFixedFen: { name: "feeFixedFen", label: t("form.feeFixed"), kind: "amount", check: check.amount },
  };
  const names = only === "product" ? ["productVersionId"] : only === "fee" ? ["feeRatePpm", "feeFixedFen"] : Object.keys(fields);
  const initial: Values = {
    productVersionId: row.productVersionId,
    wantedFen: amountText(row.wantedFen),
    wantedMonths: row.wantedMonths ? String(row.wantedMonths) : "",
    feeRatePpm: percentText(row.feeRatePpm),
    feeFixedFen: amountText(row.feeFixedFen),
  };
  const submit = (values: Values, idempotencyKey: string) => {
    const all = {
      productVersionId: values.productVersionId ?? null,
      wantedFen: fenOf(values.wantedFen),
      wantedMonths: monthsOf(values.wantedMonths),
      feeRatePpm: ppmOf(values.feeRatePpm) ?? 0,
      feeFixedFen: fenOf(values.feeFixedFen) ?? 0,
    };
    const body = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name) && (only === "fee" || (values[name] ?? "") !== (initial[name] ?? ""))));
    return data(client.PATCH("/api/v1/cases/{case_id}", { params: { path: { case_id: row.id }, header: { ...key(idempotencyKey), ...ifMatch(row.version) } }, body }));
  };
  const shown = names.flatMap((name) => fields[name] ?? []);
  return <SchemaForm fields={shown} initial={Object.fromEntries(names.map((name) => [name, initial[name]]))} submitLabel={t("form.save")} submit={submit} onDone={() => void done()} {...(onCancel ? { onCancel } : {})} />;
}

export function SubmissionForm({ row, onDone, onCancel }: FormProps) {
  const { t } = useTranslation("pipeline");
  const check = checks(t);
  const done = useSend(row, onDone);
  const search = useProductSearch();
  const known = row.product && row.productVersionId ? { value: row.productVersionId, label: row.product.name, detail: row.product.lenderName } : null;
  const fields: Field[] = [
    { name: "productVersionId", label: t("form.product"), required: true, control: <SearchSelect name="products" search={search} known={known} placeholder={t("form.productHint")} /> },
    { name: "amountFen", label: t("form.submitted"), kind: "amount", required: true, hint: t("form.amountHint"), check: check.amount },
    { name: "months", label: t("form.months"), unit: t("form.monthsUnit"), check: check.months },
  ];
  const submit = (values: Values, idempotencyKey: string) =>
    data(
      client.POST("/api/v1/cases/{case_id}/submissions", {
        params: { path: { case_id: row.id }, header: key(idempotencyKey) },
        body: { productVersionId: values.productVersionId ?? "", amountFen: fenOf(values.amountFen) ?? 0, ...(values.months ? { months: monthsOf(values.months) } : {}) },
      }),
    );
  return (
    <SchemaForm
      fields={fields}
      initial={{ productVersionId: row.productVersionId, amountFen: amountText(row.wantedFen), months: row.wantedMonths ? String(row.wantedMonths) : "" }}
      submitLabel={t("submission.add")}
      submit={submit}
      onDone={() => void done()}
      {...(onCancel ? { onCancel } : {})}
    />
  );
}

const decisions = ["approved", "declined", "supplement", "submitted", "withdrawn"] as const;
type Decision = (typeof decisions)[number];

/** What a lender answered: which fields are asked for follows the answer. */
export function DecisionForm({ row, submission, first = "approved", onDone, onCancel }: FormProps & { submission: Submission; first?: Decision }) {
  const { t } = useTranslation("pipeline");
  const check = checks(t);
  const done = useSend(row, onDone);
  const [state, setState] = useState<Decision>(first);
  const offered = decisions.filter((decision) => decision !== submission.state);
  const fields: Field[] =
    state === "approved"
      ? [
          { name: "approvedFen", autoFocus: true, label: t("form.approved"), kind: "amount", required: true, check: check.amount },
          { name: "approvedMonths", label: t("form.months"), unit: t("form.monthsUnit"), check: check.months },
          { name: "approvedRatePpm", label: t("form.rate"), unit: "%", hint: t("form.rateHint"), check: check.percent },
        ]
      : state === "declined"
        ? [{ name: "declinedReason", autoFocus: true, label: t("form.declinedReason"), kind: "textarea", required: true, maxLength: 200 }]
        : [];
  const initial: Values = state === "approved" ? { approvedFen: amountText(submission.approvedFen ?? submission.amountFen), approvedMonths: submission.months ? String(submission.months) : "" } : {};
  const submit = (values: Values, idempotencyKey: string) => {
    const months = monthsOf(values.approvedMonths);
    const ppm = ppmOf(values.approvedRatePpm);
    return data(
      client.POST("/api/v1/submissions/{submission_id}/decision", {
        params: { path: { submission_id: submission.id }, header: { ...key(idempotencyKey), ...ifMatch(submission.version) } },
        body: {
          state,
          ...(state === "approved" ? { approvedFen: fenOf(values.approvedFen), ...(months ? { approvedMonths: months } : {}), ...(ppm !== null ? { approvedRatePpm: ppm } : {}) } : {}),
          ...(state === "declined" ? { declinedReason: values.declinedReason?.trim() ?? "" } : {}),
        },
      }),
    );
  };
  return (
    <div className="lb-stack">
      <ChipGroup label={t("decision.label")} value={state} onChange={setState} options={offered.map((value) => ({ value, label: t(`decision.${value}`) }))} />
      <SchemaForm key={state} fields={fields} initial={initial} submitLabel={t("decision.save")} submit={submit} onDone={() => void done()} {...(onCancel ? { onCancel } : {})} />
    </div>
  );
}

export function DisbursementForm({ row, submissions, onDone, onCancel }: FormProps & { submissions: readonly Submission[] }) {
  const { t } = useTranslation("pipeline");
  const format = useFormat();
  const check = checks(t);
  const done = useSend(row, onDone);
  const approved = submissions.filter(({ state }) => state === "approved");
  const left = (submission: Submission) => (submission.approvedFen ?? 0) - submission.disbursedFen;
  const first = approved.find((submission) => left(submission) > 0) ?? approved[0];
  if (!first) return <p className="lb-muted">{t("disbursement.noApproval")}</p>;
  const fields: Field[] = [
    {
      name: "submissionId",
      label: t("disbursement.from"),
      kind: "select",
      required: true,
      options: approved.map((submission) => ({ value: submission.id, label: t("disbursement.choice", { lender: submission.lender.name, left: format.money(left(submission)) }) })),
    },
    { name: "amountFen", label: t("disbursement.amount"), kind: "amount", required: true, hint: t("form.amountHint"), check: check.amount },
    { name: "paidOn", label: t("disbursement.paidOn"), required: true, control: <DayPick past /> },
  ];
  const submit = (values: Values, idempotencyKey: string) =>
    data(
      client.POST("/api/v1/cases/{case_id}/disbursements", {
        params: { path: { case_id: row.id }, header: key(idempotencyKey) },
        body: { submissionId: values.submissionId ?? "", amountFen: fenOf(values.amountFen) ?? 0, paidOn: values.paidOn ?? "" },
      }),
    );
  return (
    <SchemaForm
      fields={fields}
      initial={{ submissionId: first.id, amountFen: amountText(left(first)), paidOn: day(serverNow()) }}
      submitLabel={t("disbursement.save")}
      submit={submit}
      onDone={() => void done()}
      {...(onCancel ? { onCancel } : {})}
    />
  );
}

/** A reason in a sentence, for what is voided or reversed. */
export function ReasonForm({ label, submitLabel, send, onDone, onCancel }: { label: string; submitLabel: string; send: (reason: string, idempotencyKey: string) => Promise<unknown>; onDone: () => void; onCancel: () => void }) {
  return <SchemaForm fields={[{ name: "reason", autoFocus: true, label, required: true, maxLength: 200 }]} submitLabel={submitLabel} submit={(values, idempotencyKey) => send(values.reason?.trim() ?? "", idempotencyKey)} onDone={onDone} onCancel={onCancel} />;
}

