import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { Customer, Graded } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { Facts, type Fact } from "@/ui/Facts";
import { yuanRange } from "@/ui/format";
import { Reveal, type RevealReason } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { useCustomer } from "./useCustomers";

export function CustomerFacts({ customerId }: { customerId: string }) {
  const customer = useCustomer(customerId);
  if (!customer.data) return <StateView state={customer.error ? "error" : "loading"} error={customer.error} onRetry={() => void customer.refetch()} />;
  return <Portrait customer={customer.data} />;
}

export function Portrait({ customer }: { customer: Customer }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const refused = revealRefusal(customer);
  const graded = (field: "name" | "idNumber" | "note", value: Graded | null) => (value ? <RevealField customer={customer} field={field} value={value} refused={refused} /> : null);
  const who: Fact[] = [
    { key: "name", label: t("form.name"), value: graded("name", customer.name) },
    ...customer.phones.map((phone, index) => ({
      key: phone.id,
      label: index === 0 ? t("form.phone") : t("facts.otherPhone"),
      value: (
        <span className="lb-stack lb-stack-tight">
          <RevealField customer={customer} field="phone" phoneId={phone.id} value={phone.phone} refused={refused} />
          {(phone.region || phone.carrier) && <span className="lb-meta lb-muted">{[phone.region, phone.carrier].filter(Boolean).join(" · ")}</span>}
        </span>
      ),
    })),
    { key: "idNumber", label: t("facts.idNumber"), value: graded("idNumber", customer.idNumber) },
    { key: "birth", label: t("facts.birthYear"), value: customer.birthYear ?? t("common:unknown") },
    { key: "sex", label: t("facts.sex"), value: customer.sex ? t(`facts.sexes.${customer.sex}`) : t("common:unknown") },
    { key: "city", label: t("column.city"), value: customer.city?.name },
    { key: "amount", label: t("facts.amount"), value: customer.wantedAmount ? <span title={yuanRange(customer.wantedAmount)}>{format.range(customer.wantedAmount)}</span> : null },
    { key: "note", label: t("form.note"), value: graded("note", customer.note) },
  ];
  return (
    <>
      <h2>{t("facts.title")}</h2>
      <Facts facts={who} />
      <h2>{t("facts.source")}</h2>
      <Source customer={customer} />
    </>
  );
}

function Source({ customer }: { customer: Customer }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const { source } = customer;
  const keys = ["campaign", "creative", "keyword", "product", "landingPage"] as const;
  const from: Fact[] = source ? [{ key: "channel", label: t("source.channel"), value: source.channel.name }] : [];
  const facts: Fact[] = [...from, ...keys.flatMap((key) => (source?.[key] ? [{ key, label: t(`source.${key}`), value: source[key] }] : []))];
  const arrived = source?.receivedAt ?? customer.createdAt;
  return (
    <Facts
      facts={[
        ...(facts.length > 0 ? facts : [{ key: "none", label: t("source.channel"), value: t("source.manual") }]),
        { key: "arrived", label: t("source.receivedAt"), value: format.exact(arrived) },
        { key: "leads", label: t("source.leadCount"), value: format.count(customer.leadCount) },
      ]}
    />
  );
}

export function revealRefusal(customer: Pick<Customer, "allowedActions">): string | null {
  const action = findAction(customer.allowedActions, "reveal");
  return action && !action.allowed ? (action.reason?.message ?? "") : null;
}

function RevealField({ customer, field, phoneId, value, refused }: { customer: Customer; field: "name" | "phone" | "idNumber" | "note"; phoneId?: string; value: Graded | null; refused: string | null }) {
  const { t } = useTranslation("customers");
  const { id } = customer;
  const ask = useCallback(
    (reason: RevealReason) => data(client.POST("/api/v1/customers/{customer_id}/reveal", { params: { path: { customer_id: id } }, body: { field, ...(phoneId ? { phoneId } : {}), reason } })),
    [id, field, phoneId],
  );
  return <Reveal value={value} label={t(`reveal.${field}`)} ask={ask} refused={refused} />;
}
