import { Button } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { FilterBar, type FilterField } from "@/ui/FilterBar";
import { useQueryState } from "@/ui/listState";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { recordColumns } from "./columns";
import { outcomes, useLoginRecords } from "./useLogins";

interface LoginRecordsProps {
  /** Given: this person's alone. */
  employeeId?: string;
  /** Whose can be chosen. */
  people?: readonly { id: string; displayName: string }[];
}
const KEYS = ["employeeId", "outcome"] as const;

/** Who tried to sign in from where, and what came of it. */
export function LoginRecords({ employeeId, people }: LoginRecordsProps) {
  const { t } = useTranslation("logins");
  const list = useQueryState("", KEYS);
  const records = useLoginRecords({ employeeId: employeeId ?? list.filters.employeeId, outcome: list.filters.outcome });
  const columns = useMemo(() => recordColumns(t, employeeId === undefined), [t, employeeId]);
  const fields: FilterField[] = useMemo(
    () => [
      ...(people ? [{ key: "employeeId", label: t("column.employee"), options: people.map(({ id, displayName }) => ({ value: id, label: displayName })) }] : []),
      { key: "outcome", label: t("column.outcome"), options: outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })) },
    ],
    [t, people],
  );
  const filtered = list.filters.outcome !== undefined || (employeeId === undefined && list.filters.employeeId !== undefined);
  return (
    <DataTable
      id={employeeId ? "login-records-one" : "login-records"}
      query={records}
      columns={columns}
      empty={
        filtered ? (
          <StateView title={t("records.noMatch")} detail={t("records.noMatchDetail")} action={<Button onClick={list.reset}>{t("records.clear")}</Button>} />
        ) : (
          <StateView title={t("records.empty")} detail={t("records.emptyDetail")} />
        )
      }
      filters={<FilterBar fields={fields} values={list.filters} onChange={list.setFilter} onReset={list.reset} />}
    />
  );
}
