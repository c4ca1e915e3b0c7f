import { ApartmentOutlined, DownOutlined, PlusOutlined } from "@/ui/icons";
import { Button, Drawer, type Input } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { FilterBar, type FilterField } from "@/ui/FilterBar";
import { useKeys } from "@/ui/keys";
import { useQueryState } from "@/ui/listState";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { RowDrawer } from "@/ui/RowDrawer";
import { SearchInput } from "@/ui/SearchInput";
import { Loading, StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { useDialog } from "@/ui/useDialog";
import { NewEmployee, type Hired } from "./EmployeeForm";
import { EmployeePeek } from "./EmployeePeek";
import { OrgTree } from "./OrgTree";
import { PasswordOnce } from "./PasswordOnce";
import { staffColumns } from "./staffColumns";
import { staffStates, useRoles, useStaff, useUnits } from "./useOrg";
import "./org.css";

const KEYS = ["unitId", "roleId", "state"] as const;

/** Units at the left, the people of the chosen one at the right. */
export function OrgPage() {
  const { t } = useTranslation("org");
  const phone = usePhone();
  const can = useCan();
  const navigate = useNavigate();
  const list = useQueryState("", KEYS);
  const [search, setSearch] = useState("");
  const units = useUnits();
  const roles = useRoles().data?.items;
  const staff = useStaff(list.filters, search);
  const { show, dialog } = useDialog();
  const [hired, setHired] = useState<Hired | null>(null);
  const [sheet, setSheet] = useState(false);
  const columns = useMemo(() => staffColumns(t), [t]);
  const fields: FilterField[] = useMemo(
    () => [
      { key: "state", label: t("column.state"), options: staffStates.map((value) => ({ value, label: t(`state.${value}`) })) },
      { key: "roleId", label: t("column.roles"), options: (roles ?? []).map(({ id, name }) => ({ value: id, label: name })) },
    ],
    [t, roles],
  );
  const creating = list.query.get("new") === "1";
  const setCreating = (on: boolean) => {
    setHired(null);
    list.change({ new: on ? "1" : undefined });
  };
  const mayCreate = can("access.employees.manage");
  const searchInput = useRef<React.ComponentRef<typeof Input>>(null);
  useKeys(t("title"), {
    ...(mayCreate ? { n: { run: () => setCreating(true), label: t("action.new") } } : {}),
    "/": { run: () => searchInput.current?.focus(), label: t("list.search") },
  });
  const known = units.data?.items ?? [];
  const unit = known.find(({ id }) => id === list.filters.unitId);
  const choose = (unitId: string | null) => {
    setSheet(false);
    list.change({ unitId: unitId ?? undefined, row: undefined });
  };
  const tree = units.data ? (
    <OrgTree units={known} selected={list.filters.unitId ?? null} onSelect={choose} show={show} />
  ) : (
    <div className="lb-orgtree">{units.error ? <StateView state="error" error={units.error} onRetry={() => void units.refetch()} /> : <Loading />}</div>
  );
  const create = (type: "primary" | "default") => (
    <Can permission="access.employees.manage">
      <Button type={type} icon={<PlusOutlined />} onClick={() => setCreating(true)}>
        {t("action.new")}
      </Button>
    </Can>
  );
  const narrowed = search !== "" || list.filters.state !== undefined || list.filters.roleId !== undefined;
  const empty = narrowed ? (
    <StateView title={t("list.noMatch")} detail={t("list.noMatchDetail")} action={<Button onClick={() => (list.change({ state: undefined, roleId: undefined }), setSearch(""))}>{t("list.clear")}</Button>} />
  ) : (
    <StateView title={unit ? t("list.emptyUnit", { name: unit.name }) : t("list.empty")} detail={t(unit && unit.kind !== "team" ? "list.emptyUnitDetail" : "list.emptyDetail")} action={create("default")} />
  );
  const peeked = list.query.get("row");
  return (
    <Page fill title={t("title")} actions={create("primary")}>
      <div className="lb-org">
        {!phone && tree}
        <DataTable
          id="staff"
          query={staff}
          columns={columns}
          empty={empty}
          filters={
            <div className="lb-row lb-row-wrap">
              <SearchInput ref={searchInput} label={t("list.search")} value={search} onChange={(text) => setSearch(text ?? "")} />
              {phone && (
                <button type="button" className="lb-chip" data-active={unit !== undefined} aria-haspopup="dialog" onClick={() => setSheet(true)}>
                  <ApartmentOutlined />
                  {unit?.name ?? t("tree.all")}
                  <DownOutlined />
                </button>
              )}
              <FilterBar fields={fields} values={list.filters} onChange={(key, value) => list.change({ [key]: value })} onReset={() => list.change({ state: undefined, roleId: undefined })} />
            </div>
          }
          onOpen={(row) => void navigate(`/settings/org/${row.id}`)}
          onPeek={(row) => list.change({ row: row.id })}
          peeking={peeked !== null}
        />
      </div>
      {phone && (
        <Drawer open={sheet} onClose={() => setSheet(false)} placement="bottom" size="70dvh" title={t("tree.label")}>
          {tree}
        </Drawer>
      )}
      <RowDrawer open={peeked !== null} title={t("page.employee")} path={`/settings/org/${peeked ?? ""}`} onClose={() => list.change({ row: undefined })}>
        {peeked && <EmployeePeek key={peeked} employeeId={peeked} />}
      </RowDrawer>
      <Drawer open={creating} onClose={() => setCreating(false)} title={t(hired ? "form.madeTitle" : "form.newTitle")} size={phone ? "100%" : 480} destroyOnHidden mask={{ closable: !hired }}>
        {hired ? (
          <div className="lb-stack">
            <PasswordOnce username={hired.employee.username} password={hired.password} continueLabel={t("form.another")} onContinue={() => setHired(null)} />
            <Button onClick={() => void navigate(`/settings/org/${hired.employee.id}`)}>{t("form.open", { name: hired.employee.displayName })}</Button>
          </div>
        ) : (
          <NewEmployee unitId={list.filters.unitId ?? null} onDone={setHired} onCancel={() => setCreating(false)} />
        )}
      </Drawer>
      {dialog}
    </Page>
  );
}
