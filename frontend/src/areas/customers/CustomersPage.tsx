import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer, Input } from "antd";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import type { CustomerRow } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can, findAction } from "@/ui/ActionButton";
import { FilterBar } from "@/ui/FilterBar";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { RowDrawer } from "@/ui/RowDrawer";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { useFormat } from "@/ui/useFormat";
import { AssignDialog } from "./AssignDialog";
import { callRefusal, useCall } from "./Call";
import { customerColumns } from "./columns";
import { CustomerFacts } from "./CustomerFacts";
import { CustomerForm } from "./CustomerForm";
import { useFollowUp } from "./FollowUp";
import { nameOf } from "./nameOf";
import { rememberOrder } from "./listOrder";
import { useArrivals } from "./useArrivals";
import { useCustomers, useTotal } from "./useCustomers";
import { useFilterFields } from "./useFilterFields";
import { CustomerViews } from "./CustomerViews";
import { useListState } from "./useListState";

const SCREENFUL = 20;

export function CustomersPage() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const can = useCan();
  const phone = usePhone();
  const navigate = useNavigate();
  const call = useCall();
  const followUp = useFollowUp();
  const list = useListState();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().length >= 2 ? search.trim() : "");
  const [query, setQuery] = useSearchParams();
  const creating = query.get("new") === "1";
  const [assigning, setAssigning] = useState<CustomerRow[]>([]);
  const customers = useCustomers(list.view, list.filters, list.sort, wanted);
  const total = useTotal(list.view, list.filters, !wanted);
  const fields = useFilterFields();
  const columns = useMemo(() => customerColumns(t, format.english), [t, format.english]);
  const rows = useMemo(() => customers.data?.pages.flatMap((page) => page.items) ?? [], [customers.data]);
  const arrivals = useArrivals(list);
  const peeked = rows.find((row) => row.id === query.get("row"));
  // A search answers what it found so far and a cursor to search on from; a screenful is fetched by itself.
  const { hasNextPage, isFetching, fetchNextPage } = customers;
  useEffect(() => {
    if (wanted && rows.length < SCREENFUL && hasNextPage && !isFetching) void fetchNextPage();
  }, [wanted, rows.length, hasNextPage, isFetching, fetchNextPage]);
  useEffect(() => rememberOrder(rows.map((row) => row.id)), [rows]);

  const setParam = (key: string, value: string | null) =>
    setQuery(
      (before) => {
        if (value) before.set(key, value);
        else before.delete(key);
        return before;
      },
      { replace: true },
    );
  const create = () => setParam("new", "1");
  const searchInput = useRef<React.ComponentRef<typeof Input>>(null);
  useKeys(t("title"), {
    n: { run: create, label: t("keys.new") },
    "/": { run: () => searchInput.current?.focus(), label: t("keys.search") },
  });
  const act = useCallback(
    (name: string, row: CustomerRow) => {
      if (name === "call") call(row);
      else if (name === "followUp") followUp(row);
    },
    [call, followUp],
  );

  const filtered = Object.values(list.filters).some(Boolean) || wanted !== "";
  const empty = filtered ? (
    <StateView title={t("list.noMatch")} detail={t("list.noMatchDetail")} action={<Button onClick={() => (list.reset(), setSearch(""))}>{t("list.clear")}</Button>} />
  ) : (
    <StateView title={t("list.empty")} detail={t("list.emptyDetail")} action={<Button onClick={create}>{t("action.new")}</Button>} />
  );
  return (
    <Page
      fill
      title={t("title")}
      tabs={<CustomerViews list={list} />}
      actions={
        <Can permission="customers.create">
          <Button type="primary" icon={<PlusOutlined />} onClick={create}>
            {t("action.new")}
          </Button>
        </Can>
      }
    >
      <DataTable
        id="customers"
        query={customers}
        columns={columns}
        empty={empty}
        total={wanted ? undefined : total.data}
        sort={list.sort}
        onSort={list.setSort}
        filters={
          <div className="lb-row lb-row-wrap">
            <Input ref={searchInput} allowClear value={search} onChange={(event) => setSearch(event.target.value)} aria-label={t("list.search")} placeholder={t("list.search")} style={{ width: phone ? "100%" : 208 }} inputMode="search" />
            <FilterBar fields={fields} values={list.filters} onChange={list.setFilter} onReset={list.reset} />
          </div>
        }
        bulk={!can("customers.assign") ? undefined : (selected, clear) => (
          <div className="lb-row">
            <strong>{t("bulk.selected", { count: selected.size })}</strong>
            <Button onClick={() => setAssigning(rows.filter((row) => selected.has(row.id)))}>{t("action.assign")}</Button>
            <Button type="text" onClick={clear}>
              {t("bulk.cancel")}
            </Button>
          </div>
        )}
        onOpen={(row) => void navigate(`/customers/${row.id}`)}
        onPeek={(row) => setParam("row", row.id)}
        peeking={peeked !== undefined}
        onAct={act}
        rowKeys={{
          c: { label: t("action.call"), run: (row) => callRefusal(row, "") === null && call(row) },
          f: { label: t("action.followUp"), run: (row) => findAction(row.allowedActions, "follow_up")?.allowed !== false && followUp(row) },
          ...(can("customers.assign") ? { a: { label: t("action.assign"), run: (row: CustomerRow) => setAssigning([row]) } } : {}),
        }}
        fresh={arrivals.fresh}
        onAtTop={arrivals.setAtTop}
        notice={
          arrivals.waiting > 0 && (
            <button type="button" className="lb-datatable-notice" onClick={arrivals.show}>
              {t("list.arrived", { count: arrivals.waiting })}
            </button>
          )
        }
      />
      {peeked && (
        <RowDrawer open title={nameOf(peeked.name)} path={`/customers/${peeked.id}`} onClose={() => setParam("row", null)}>
          <CustomerFacts customerId={peeked.id} />
        </RowDrawer>
      )}
      <Drawer open={creating} onClose={() => setParam("new", null)} title={t("form.newTitle")} size={phone ? "100%" : 480} destroyOnHidden>
        <CustomerForm onDone={(made) => void navigate(`/customers/${made.id}`)} onCancel={() => setParam("new", null)} />
      </Drawer>
      <AssignDialog rows={assigning} onClose={() => setAssigning([])} />
    </Page>
  );
}
