import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer, type Input } from "antd";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { FilterBar, type FilterField } from "@/ui/FilterBar";
import { useQueryState } from "@/ui/listState";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { useFormat } from "@/ui/useFormat";
import { productColumns } from "./columns";
import { ProductForm } from "./ProductForm";
import { SearchInput } from "@/ui/SearchInput";
import { productKinds, productStates, useLenderOptions, useProducts } from "./useProducts";

const KEYS = ["search", "kind", "state", "lenderId"] as const;

export function ProductsPage() {
  const { t } = useTranslation(["products", "match"]);
  const format = useFormat();
  const phone = usePhone();
  const can = useCan();
  const navigate = useNavigate();
  const filters = useQueryState("", KEYS);
  const products = useProducts(filters.filters);
  const lenders = useLenderOptions().data?.items;
  const columns = useMemo(() => productColumns(t, format.english), [t, format.english]);
  const fields: FilterField[] = useMemo(
    () => [
      { key: "kind", label: t("column.kind"), options: productKinds.map((value) => ({ value, label: t(`kind.${value}`) })) },
      { key: "state", label: t("column.state"), options: productStates.map((value) => ({ value, label: t(`state.${value}`) })) },
      { key: "lenderId", label: t("column.lender"), options: (lenders ?? []).map(({ id, name }) => ({ value: id, label: name })) },
    ],
    [t, lenders],
  );
  const creating = filters.query.get("new") === "1";
  const setCreating = (on: boolean) => filters.change({ new: on ? "1" : undefined });
  const search = useRef<React.ComponentRef<typeof Input>>(null);
  useKeys(t("title"), {
    ...(can("products.manage") ? { n: { run: () => setCreating(true), label: t("action.new") } } : {}),
    "/": { run: () => search.current?.focus(), label: t("list.search") },
  });
  const create = (type: "primary" | "default") => (
    <Can permission="products.manage">
      <Button type={type} icon={<PlusOutlined />} onClick={() => setCreating(true)}>
        {t("action.new")}
      </Button>
    </Can>
  );
  const empty = Object.values(filters.filters).some(Boolean) ? (
    <StateView title={t("list.noMatch")} detail={t("list.noMatchDetail")} action={<Button onClick={filters.reset}>{t("list.clear")}</Button>} />
  ) : (
    <StateView title={t("list.empty")} detail={t("list.emptyDetail")} action={create("default")} />
  );
  return (
    <Page fill title={t("title")} actions={create("primary")}>
      <DataTable
        id="products"
        query={products}
        columns={columns}
        empty={empty}
        filters={
          <div className="lb-row lb-row-wrap">
            <SearchInput ref={search} label={t("list.search")} value={filters.filters.search ?? ""} onChange={(text) => filters.change({ search: text })} />
            <FilterBar fields={fields} values={filters.filters} onChange={(key, value) => filters.change({ [key]: value })} onReset={() => filters.change({ kind: undefined, state: undefined, lenderId: undefined })} />
          </div>
        }
        onOpen={(row) => void navigate(`/products/${row.id}`)}
      />
      <Drawer open={creating} onClose={() => setCreating(false)} title={t("form.newTitle")} size={phone ? "100%" : 480} destroyOnHidden>
        <ProductForm lenderId={filters.filters.lenderId} onDone={(made) => void navigate(`/products/${made.id}?tab=rules`)} onCancel={() => setCreating(false)} />
      </Drawer>
    </Page>
  );
}
