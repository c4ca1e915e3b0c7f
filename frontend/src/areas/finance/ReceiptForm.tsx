import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { client, data } from "@/api/client";
import type { CaseRow } from "@/api/types";
import { caseChanged } from "@/areas/pipeline/live";
import { amountText, fenOf } from "@/areas/pipeline/amounts";
import { ChipGroup } from "@/ui/ChipGroup";
import { DayPick } from "@/ui/DayPick";
import { day, parseAmount } from "@/ui/format";
import { SchemaForm, type Values } from "@/ui/SchemaForm";
import { methods } from "./useReceipts";

/** Money that came in: what is outstanding, today and by transfer unless said otherwise, so that Ctrl+Enter is mostly enough. */
export function ReceiptForm({ row, outstandingFen, onDone, onCancel }: { row: Pick<CaseRow, "id" | "customer">; outstandingFen: number; onDone: () => void; onCancel?: () => void }) {
  const { t } = useTranslation("finance");
  const cache = useQueryClient();
  const submit = (values: Values, idempotencyKey: string) => {
    const note = values.note?.trim();
    return data(
      client.POST("/api/v1/cases/{case_id}/receipts", {
        params: { path: { case_id: row.id }, header: { "Idempotency-Key": idempotencyKey } },
        body: { amountFen: fenOf(values.amountFen) ?? 0, method: values.method as (typeof methods)[number], receivedOn: values.receivedOn ?? "", ...(note ? { note } : {}) },
      }),
    );
  };
  return (
    <SchemaForm
      fields={[
        { name: "amountFen", label: t("receipt.amount"), kind: "amount", required: true, check: (text) => (parseAmount(text) === null ? t("receipt.wrongAmount") : null) },
        { name: "method", label: t("receipt.method"), required: true, control: <MethodPick label={t("receipt.method")} /> },
        { name: "receivedOn", label: t("receipt.receivedOn"), required: true, control: <DayPick past /> },
        { name: "note", label: t("receipt.note"), maxLength: 200 },
      ]}
      initial={{ amountFen: outstandingFen > 0 ? amountText(outstandingFen) : "", method: "transfer", receivedOn: day(serverNow()) }}
      submitLabel={t("receipt.record")}
      submit={submit}
      onDone={() => void caseChanged(cache, row.id, row.customer.id).then(onDone)}
      {...(onCancel ? { onCancel } : {})}
    />
  );
}

function MethodPick({ label, value, onChange }: { label: string; value?: string | null; onChange?: (value: string) => void }) {
  const { t } = useTranslation("finance");
  return <ChipGroup label={label} value={value ?? null} onChange={(next) => onChange?.(next)} options={methods.map((method) => ({ value: method as string, label: t(`method.${method}`) }))} />;
}
