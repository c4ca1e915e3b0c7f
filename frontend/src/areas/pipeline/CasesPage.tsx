import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer, Segmented } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { FilterBar } from "@/ui/FilterBar";
import { useKeys } from "@/ui/keys";
import { useQueryState } from "@/ui/listState";
import { useMe } from "@/ui/me";
import { Page } from "@/ui/Page";
import { RowDrawer } from "@/ui/RowDrawer";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { useFormat } from "@/ui/useFormat";
import { ViewTabs } from "@/ui/ViewTabs";
import { caseColumns } from "./caseColumns";
import { caseName } from "./caseName";
import { CasePeek } from "./CasePeek";
import { NewCase } from "./NewCase";
import { useCaseFields } from "./useCaseFields";
import { FIRST_VIEW, filterKeys, toFilter, useCases, useCaseTotal, views } from "./useCases";

export function CasesPage() {
  const { t } = useTranslation(["pipeline", "products"]);
  const format = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const me = useMe().employee.id;
  const list = useQueryState(FIRST_VIEW, filterKeys);
  const filter = toFilter(list.view, list.filters, me);
  const cases = useCases(filter, list.sort);
  const total = useCaseTotal(filter);
  const counts = Object.fromEntries(views.map((view) => [view, toFilter(view, {}, me)]));
  const totals = { mine: useCaseTotal(counts.mine ?? {}).data, all: useCaseTotal(counts.all ?? {}).data, late: useCaseTotal(counts.late ?? {}).data, lost: useCaseTotal(counts.lost ?? {}).data };
  const fields = useCaseFields(filterKeys);
  const columns = useMemo(() => caseColumns(t, format.english), [t, format.english]);
  const creating = list.query.get("new") === "1";
  const setCreating = (on: boolean) => list.change({ new: on ? "1" : undefined });
  useKeys(t("list.title"), { n: { run: () => setCreating(true), label: t("action.new") } });
  const peeked = cases.data?.pages.flatMap((page) => page.items).find(({ id }) => id === list.query.get("row"));
  const filtered = Object.values(list.filters).some(Boolean);
  return (
    <Page
      fill
      title={t("list.title")}
      tabs={
        <span className="lb-row lb-row-wrap">
          <Segmented value="list" onChange={(to) => to === "board" && void navigate("/cases/board")} options={["board", "list"].map((value) => ({ value, label: t(`board.as.${value}`) }))} />
          <ViewTabs views={views.map((key) => ({ key, label: t(`view.${key}`), total: totals[key] }))} value={list.view} onChange={(view) => list.setView(view)} />
        </span>
      }
      actions={
        <Can permission="pipeline.create">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
            {t("action.new")}
          </Button>
        </Can>
      }
    >
      <DataTable
        id="cases"
        query={cases}
        columns={columns}
        total={total.data}
        sort={list.sort}
        onSort={list.setSort}
        filters={<FilterBar fields={fields} values={list.filters} onChange={list.setFilter} onReset={list.reset} />}
        onOpen={(row) => void navigate(`/cases/${row.id}`)}
        onPeek={(row) => list.change({ row: row.id })}
        peeking={peeked !== undefined}
        empty={
          filtered ? (
            <StateView title={t("list.noMatch")} detail={t("list.noMatchDetail")} action={<Button onClick={list.reset}>{t("list.clear")}</Button>} />
          ) : (
            <StateView
              title={t(`list.empty.${list.view === "late" || list.view === "lost" ? list.view : "any"}`)}
              detail={t("list.emptyDetail")}
              action={
                <Can permission="pipeline.create">
                  <Button onClick={() => setCreating(true)}>{t("action.new")}</Button>
                </Can>
              }
            />
          )
        }
      />
      {peeked && (
        <RowDrawer open title={caseName(peeked)} path={`/cases/${peeked.id}`} onClose={() => list.change({ row: undefined })}>
          <CasePeek caseId={peeked.id} />
        </RowDrawer>
      )}
      <Drawer open={creating} onClose={() => setCreating(false)} title={t("action.new")} size={phone ? "100%" : 480} destroyOnHidden>
        <NewCase onDone={(made) => void navigate(`/cases/${made.id}`)} onCancel={() => setCreating(false)} />
      </Drawer>
    </Page>
  );
}
