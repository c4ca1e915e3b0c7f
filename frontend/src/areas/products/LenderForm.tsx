import { useTranslation } from "react-i18next";
import { client, data, ifMatch } from "@/api/client";
import type { Lender } from "@/api/types";
import { SchemaForm, type Field } from "@/ui/SchemaForm";
import { cooperations, lenderKinds, routes, usePlaces, useSettled } from "./useProducts";

type Values = Record<string, string | null | undefined>;
const trimmed = (text: string | null | undefined): string | null => text?.trim() || null;
const codes = (joined: string | null | undefined): number[] => (joined ? joined.split(",").map(Number) : []);

/** Makes a lender, or changes one: only what was changed is sent; contacts that one may not read start empty and stay as they are. */
export function LenderForm({ lender, onDone, onCancel }: { lender?: Lender; onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation("products");
  const settled = useSettled();
  const places = usePlaces();
  const unread = lender !== undefined && lender.hasContacts && (lender.contacts === null || lender.contacts.masked);
  const choice = (name: string, options: Field["options"]): Field => ({ name, label: t(`lender.${name}`), kind: "select", required: true, ...(options ? { options } : {}) });
  const fields: Field[] = [
    { name: "name", label: t("lender.fullName"), required: true, maxLength: 60 },
    choice("kind", lenderKinds.map((value) => ({ value, label: t(`lenderKind.${value}`) }))),
    choice("cooperation", cooperations.map((value) => ({ value, label: t(`cooperation.${value}`) }))),
    { name: "territories", label: t("lender.territories"), kind: "multiple", placeholder: t("body.everywhere"), options: places.map(({ code, name }) => ({ value: String(code), label: name })) },
    { ...choice("route", routes.map((value) => ({ value, label: t(`route.${value}`) }))), hint: t("lender.routeHint") },
    { name: "contacts", label: t("lender.contacts"), kind: "textarea", maxLength: 500, hint: t(unread ? "lender.keepHint" : "lender.contactsHint") },
    { name: "note", label: t("lender.note"), kind: "textarea", maxLength: 2000 },
  ];
  const initial: Values = lender
    ? { name: lender.name, kind: lender.kind, cooperation: lender.cooperation, territories: lender.territories.join(","), route: lender.route, contacts: unread ? "" : (lender.contacts?.value ?? ""), note: lender.note ?? "" }
    : { cooperation: "candidate" };

  const submit = (values: Values, idempotencyKey: string) => {
    const header = { "Idempotency-Key": idempotencyKey };
    const all = {
      name: values.name?.trim() ?? "",
      kind: values.kind as Lender["kind"],
      cooperation: values.cooperation as Lender["cooperation"],
      territories: codes(values.territories),
      route: values.route as Lender["route"],
      contacts: trimmed(values.contacts),
      note: trimmed(values.note),
    };
    if (!lender) return data(client.POST("/api/v1/lenders", { params: { header }, body: all }));
    const changed = Object.fromEntries(Object.entries(all).filter(([name]) => (values[name] ?? "") !== (initial[name] ?? "")));
    return data(client.PATCH("/api/v1/lenders/{lender_id}", { params: { path: { lender_id: lender.id }, header: { ...header, ...ifMatch(lender.version) } }, body: changed }));
  };
  return (
    <SchemaForm
      fields={fields}
      initial={initial}
      submitLabel={t(lender ? "form.save" : "form.create")}
      submit={submit}
      {...(lender ? {} : { draftKey: "lenders.new" })}
      onCancel={onCancel}
      onDone={() => {
        void settled();
        onDone();
      }}
    />
  );
}
