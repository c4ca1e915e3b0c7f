import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer, type Input } from "antd";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Lender } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can, findAction } from "@/ui/ActionButton";
import { Facts } from "@/ui/Facts";
import { FilterBar, type FilterField } from "@/ui/FilterBar";
import { useQueryState } from "@/ui/listState";
import { day } from "@/ui/format";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { lenderColumns } from "./columns";
import { LenderForm } from "./LenderForm";
import { SearchInput } from "@/ui/SearchInput";
import { cooperations, lenderKinds, useLenders, usePlaces } from "./useProducts";
import "./products.css";

const KEYS = ["search", "kind", "cooperation"] as const;

export function LendersPage() {
  const { t } = useTranslation("products");
  const phone = usePhone();
  const can = useCan();
  const filters = useQueryState("", KEYS);
  const lenders = useLenders(filters.filters);
  const places = usePlaces();
  const columns = useMemo(() => lenderColumns(t, places), [t, places]);
  const rows = lenders.data?.pages.flatMap((page) => page.items) ?? [];
  const opened = rows.find(({ id }) => id === filters.query.get("row"));
  const creating = filters.query.get("new") === "1";
  const close = () => filters.change({ new: undefined, row: undefined });
  const create = () => filters.change({ new: "1", row: undefined });
  const fields: FilterField[] = [
    { key: "kind", label: t("lender.kind"), options: lenderKinds.map((value) => ({ value, label: t(`lenderKind.${value}`) })) },
    { key: "cooperation", label: t("lender.cooperation"), options: cooperations.map((value) => ({ value, label: t(`cooperation.${value}`) })) },
  ];
  const search = useRef<React.ComponentRef<typeof Input>>(null);
  useKeys(t("lender.title"), {
    ...(can("products.lenders.manage") ? { n: { run: create, label: t("lender.new") } } : {}),
    "/": { run: () => search.current?.focus(), label: t("lender.search") },
  });
  const button = (type: "primary" | "default") => (
    <Can permission="products.lenders.manage">
      <Button type={type} icon={<PlusOutlined />} onClick={create}>
        {t("lender.new")}
      </Button>
    </Can>
  );
  const empty = Object.values(filters.filters).some(Boolean) ? (
    <StateView title={t("list.noMatch")} detail={t("list.noMatchDetail")} action={<Button onClick={filters.reset}>{t("list.clear")}</Button>} />
  ) : (
    <StateView title={t("lender.empty")} detail={t("lender.emptyDetail")} action={button("default")} />
  );
  return (
    <Page fill title={t("lender.title")} actions={button("primary")}>
      <DataTable
        id="lenders"
        query={lenders}
        columns={columns}
        empty={empty}
        filters={
          <div className="lb-row lb-row-wrap">
            <SearchInput ref={search} label={t("lender.search")} value={filters.filters.search ?? ""} onChange={(text) => filters.change({ search: text })} />
            <FilterBar fields={fields} values={filters.filters} onChange={(key, value) => filters.change({ [key]: value })} onReset={() => filters.change({ kind: undefined, cooperation: undefined })} />
          </div>
        }
        onOpen={(row) => filters.change({ row: row.id, new: undefined })}
        onAct={(_act, row) => filters.change({ row: row.id, new: undefined })}
      />
      <Drawer open={creating || opened !== undefined} onClose={close} title={opened?.name ?? t("lender.newTitle")} size={phone ? "100%" : 480} destroyOnHidden>
        {opened && findAction(opened.allowedActions, "edit")?.allowed !== true ? <LenderFacts lender={opened} /> : <LenderForm key={opened?.id ?? "new"} {...(opened ? { lender: opened } : {})} onDone={close} onCancel={close} />}
      </Drawer>
    </Page>
  );
}

/** What those see who may not change it, with the reason. */
function LenderFacts({ lender }: { lender: Lender }) {
  const { t } = useTranslation("products");
  const places = usePlaces();
  const names = lender.territories.map((code) => places.find((place) => place.code === code)?.name ?? String(code)).join(t("list.comma"));
  const refusal = findAction(lender.allowedActions, "edit")?.reason?.message;
  return (
    <div className="lb-stack">
      <Facts
        facts={[
          { key: "kind", label: t("lender.kind"), value: t(`lenderKind.${lender.kind}`) },
          { key: "cooperation", label: t("lender.cooperation"), value: t(`cooperation.${lender.cooperation}`) },
          { key: "territories", label: t("lender.territories"), value: names || t("body.everywhere") },
          { key: "route", label: t("lender.route"), value: t(`route.${lender.route}`) },
          { key: "contacts", label: t("lender.contacts"), value: lender.contacts?.value ?? (lender.hasContacts ? t("lender.hidden") : null) },
          { key: "reviewed", label: t("lender.reviewed"), value: lender.reviewedAt ? day(Date.parse(lender.reviewedAt)) : null },
          { key: "products", label: t("lender.products"), value: <Link to={`/products?lenderId=${lender.id}`}>{t("lender.productCount", { count: lender.productCount })}</Link> },
          { key: "note", label: t("lender.note"), value: lender.note },
        ]}
      />
      {refusal && <p className="lb-muted lb-meta">{refusal}</p>}
    </div>
  );
}
