import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { Customer } from "@/api/types";
import { SchemaForm, type Field } from "@/ui/SchemaForm";
import { intents } from "./followUpForm";
import { LIST, TOTAL, customerChanged } from "./live";
import { useCities } from "./useCustomers";

const given = (values: Record<string, string | null | undefined>) => Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : [])));

/** Makes a customer, or changes one: then name and note start empty, because only their masked form is known here. */
export function CustomerForm({ customer, onDone, onCancel }: { customer?: Customer; onDone: (saved: Customer) => void; onCancel: () => void }) {
  const { t } = useTranslation("customers");
  const cache = useQueryClient();
  const cities = useCities().data?.items ?? [];
  const text = (name: string, extra: Partial<Field> = {}): Field => ({ name, label: t(`form.${name}`), ...extra });
  const city = text("city", { kind: "select", options: cities.map(({ code, name }) => ({ value: String(code), label: name })) });
  const amount = text("wantedAmount", { kind: "amount", hint: t("form.wantedAmountHint") });
  const fields: Field[] = customer
    ? [
        text("name", { maxLength: 50, hint: customer.name?.masked !== false ? t("form.keepHint") : undefined }),
        text("intent", { kind: "select", options: intents.map((value) => ({ value, label: t(`common:intent.${value}`) })) }),
        city,
        amount,
        text("note", { kind: "textarea", maxLength: 2000, hint: customer.note?.masked ? t("form.keepHint") : undefined }),
      ]
    : [text("name", { required: true, maxLength: 50 }), text("phone", { kind: "phone", required: true, maxLength: 20 }), city, amount, text("note", { kind: "textarea", maxLength: 2000 })];
  const initial = customer
    ? { name: customer.name?.masked === false ? customer.name.value : "", intent: customer.intent, city: customer.city ? String(customer.city.code) : null, note: customer.note?.masked ? "" : (customer.note?.value ?? "") }
    : {};

  const submit = async (values: Record<string, string | null | undefined>, idempotencyKey: string) => {
    const header = { "Idempotency-Key": idempotencyKey };
    if (!customer) return data(client.POST("/api/v1/customers", { params: { header }, body: given(values) as { name: string; phone: string } }));
    const changed = Object.fromEntries(Object.entries(values).filter(([key, value]) => (value ?? "") !== (initial[key as keyof typeof initial] ?? "")));
    return data(client.PATCH("/api/v1/customers/{customer_id}", { params: { path: { customer_id: customer.id }, header: { ...header, ...ifMatch(customer.version) } }, body: changed }));
  };
  return (
    <SchemaForm
      fields={fields}
      initial={initial}
      submitLabel={t(customer ? "form.save" : "form.create")}
      submit={submit}
      {...(customer ? {} : { draftKey: "customers.new" })}
      onCancel={onCancel}
      onDone={(saved) => {
        if (customer) void customerChanged(cache, saved.id);
        else for (const queryKey of [LIST, TOTAL]) void cache.invalidateQueries({ queryKey });
        onDone(saved);
      }}
    />
  );
}
