import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { CaseRow } from "@/api/types";
import { productKinds } from "@/areas/products/useProducts";
import { SchemaForm, type Field, type Values } from "@/ui/SchemaForm";
import { SearchSelect } from "@/ui/SearchSelect";
import { amountText, checks, fenOf, monthsOf, ppmOf } from "./amounts";
import { caseChanged } from "./live";
import { useCustomerSearch, useProductSearch } from "./useCases";

interface NewCaseProps {
  /** Known on the customer's page; else it is searched. */
  customer?: { id: string; wantedFen: number | null };
  product?: { versionId: string; name: string; lenderName: string };
  onDone: (made: CaseRow) => void;
  onCancel: () => void;
}

/** Opens a case for a customer; without a product its kind chooses the pipeline. */
export function NewCase({ customer, product, onDone, onCancel }: NewCaseProps) {
  const { t } = useTranslation(["pipeline", "products"]);
  const cache = useQueryClient();
  const check = checks(t);
  const searchCustomers = useCustomerSearch();
  const searchProducts = useProductSearch();
  const known = product ? { value: product.versionId, label: product.name, detail: product.lenderName } : null;
  const fields: Field[] = [
    ...(customer ? [] : [{ name: "customerId", label: t("form.customer"), required: true, control: <SearchSelect name="customers" search={searchCustomers} least={2} placeholder={t("form.customerHint")} autoFocus /> }]),
    { name: "productVersionId", label: t("form.product"), control: <SearchSelect name="products" search={searchProducts} known={known} placeholder={t("form.productHint")} /> },
    { name: "productKind", label: t("form.productKind"), kind: "select", hint: t("form.productKindHint"), options: productKinds.map((kind) => ({ value: kind, label: t(`products:kind.${kind}`) })) },
    { name: "wantedFen", label: t("form.wanted"), kind: "amount", required: true, hint: t("form.amountHint"), check: check.amount },
    { name: "wantedMonths", label: t("form.months"), unit: t("form.monthsUnit"), check: check.months },
    { name: "feeRatePpm", label: t("form.feeRate"), unit: "%", hint: t("form.feeRateHint"), check: check.percent },
    { name: "feeFixedFen", label: t("form.feeFixed"), kind: "amount", check: check.amount },
  ];
  const submit = (values: Values, idempotencyKey: string) => {
    const [months, rate, fixed] = [monthsOf(values.wantedMonths), ppmOf(values.feeRatePpm), fenOf(values.feeFixedFen)];
    return data(
      client.POST("/api/v1/cases", {
        params: { header: { "Idempotency-Key": idempotencyKey } },
        body: {
          customerId: customer?.id ?? values.customerId ?? "",
          wantedFen: fenOf(values.wantedFen) ?? 0,
          ...(values.productVersionId ? { productVersionId: values.productVersionId } : {}),
          ...(values.productKind && !values.productVersionId ? { productKind: values.productKind as CaseRow["productKind"] } : {}),
          ...(months ? { wantedMonths: months } : {}),
          ...(rate !== null ? { feeRatePpm: rate } : {}),
          ...(fixed !== null ? { feeFixedFen: fixed } : {}),
        },
      }),
    );
  };
  return (
    <SchemaForm
      fields={fields}
      initial={{ wantedFen: amountText(customer?.wantedFen), ...(product ? { productVersionId: product.versionId } : {}) }}
      submitLabel={t("form.create")}
      submit={submit}
      onDone={(made) => {
        void caseChanged(cache, made.id, made.customer.id);
        onDone(made);
      }}
      onCancel={onCancel}
    />
  );
}
