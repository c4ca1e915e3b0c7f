import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { Product, VersionBody } from "@/api/types";
import { parseAmount } from "@/ui/format";
import { shift } from "@/ui/rules/decimal";
import { SchemaForm, type Field } from "@/ui/SchemaForm";
import { productKinds, useLenderOptions, useSettled } from "./useProducts";
import { bases, repayments } from "./match/useRates";

type Values = Record<string, string | null | undefined>;
const whole = (text: string | null | undefined): number => Number.parseInt(text ?? "", 10);
const ppm = (text: string | null | undefined): number => {
  const plain = (text ?? "").trim().replace(/[%％]$/, "");
  return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(shift(plain, 4))) : Number.NaN;
};

/** The first draft of a product: what every lender says first. Rules and the rest follow on its page. */
export function bodyOf(values: Values): Pick<VersionBody, "amountMinFen" | "amountMaxFen" | "terms" | "rate" | "repayments" | "approvalHours" | "rules"> {
  return {
    amountMinFen: parseAmount(values.amountMinFen ?? "") ?? Number.NaN,
    amountMaxFen: parseAmount(values.amountMaxFen ?? "") ?? Number.NaN,
    terms: (values.terms ?? "").split(/[^\d]+/).filter(Boolean).map(Number),
    rate: { basis: (values.basis ?? "annual") as VersionBody["rate"]["basis"], minPpm: ppm(values.minPpm), maxPpm: ppm(values.maxPpm || values.minPpm) },
    repayments: (values.repayments ?? "").split(",").filter(Boolean) as VersionBody["repayments"],
    approvalHours: whole(values.approvalHours),
    rules: { conditions: [], limit: null, rate: null },
  };
}

/** Makes a product with its first draft. */
export function ProductForm({ lenderId, onDone, onCancel }: { lenderId: string | undefined; onDone: (made: Product) => void; onCancel: () => void }) {
  const { t } = useTranslation(["products", "match"]);
  const settled = useSettled();
  const lenders = useLenderOptions().data?.items ?? [];
  const text = (name: string, extra: Partial<Field> = {}): Field => ({ name, label: t(`form.${name}`), required: true, ...extra });
  const fields: Field[] = [
    text("lenderId", { kind: "select", options: lenders.map(({ id, name }) => ({ value: id, label: name })) }),
    text("name", { maxLength: 60 }),
    text("kind", { kind: "select", options: productKinds.map((value) => ({ value, label: t(`kind.${value}`) })) }),
    text("amountMinFen", { kind: "amount" }),
    text("amountMaxFen", { kind: "amount" }),
    text("terms", { hint: t("form.termsHint") }),
    text("basis", { kind: "select", options: bases.map((value) => ({ value, label: t(`match:rate.basis.${value}`) })) }),
    text("minPpm", { kind: "decimal", unit: "%" }),
    text("maxPpm", { kind: "decimal", unit: "%", required: false, hint: t("form.maxPpmHint") }),
    text("repayments", { kind: "multiple", options: repayments.map((value) => ({ value, label: t(`match:repayment.${value}`) })) }),
    text("approvalHours", { kind: "decimal", unit: t("form.hoursUnit") }),
  ];
  return (
    <SchemaForm<Product>
      fields={fields}
      initial={{ ...(lenderId ? { lenderId } : {}), basis: "annual", terms: "12, 24, 36", repayments: "equal_instalment", approvalHours: "24" }}
      submitLabel={t("form.create")}
      draftKey="products.new"
      onCancel={onCancel}
      submit={(values, idempotencyKey) =>
        data(
          client.POST("/api/v1/products", {
            params: { header: { "Idempotency-Key": idempotencyKey } },
            body: { lenderId: values.lenderId ?? "", name: values.name?.trim() ?? "", kind: values.kind as Product["kind"], body: bodyOf(values) },
          }),
        )
      }
      onDone={(made) => {
        void settled();
        onDone(made);
      }}
    />
  );
}
