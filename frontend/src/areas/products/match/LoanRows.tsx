import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { LoanSchedule } from "@/api/types";
import { yuan } from "@/ui/format";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";

interface Row {
  id: string;
  row: LoanSchedule["rows"][number];
}
interface LoanRowsProps {
  schedule: LoanSchedule;
  busy: boolean;
  updatedAt: number;
  filters: React.ReactNode;
  onRefresh: () => void;
}
const MONEY = ["paymentFen", "principalFen", "interestFen", "feesFen", "balanceFen"] as const;

/** Every month of a loan to the fen. */
export function LoanRows({ schedule, busy, updatedAt, filters, onRefresh }: LoanRowsProps) {
  const { t } = useTranslation("match");
  const columns = useMemo((): Column<Row>[] => {
    const money = MONEY.map(
      (key): Column<Row> => ({
        key,
        title: t(`rows.${key}`),
        width: 120,
        kind: "money",
        card: key === "paymentFen" ? "amount" : "meta",
        render: ({ row }) => yuan(row[key]),
        renderCard: ({ row }) => (key === "paymentFen" ? yuan(row[key]) : t("rows.card", { title: t(`rows.${key}`), money: yuan(row[key]) })),
      }),
    );
    return [{ key: "number", title: t("rows.number"), width: 64, kind: "number", pin: "left", card: "title", render: ({ row }) => row.number, renderCard: ({ row }) => t("rows.month", { number: row.number }) }, ...money];
  }, [t]);
  const items = useMemo(() => schedule.rows.map((row) => ({ id: String(row.number), row })), [schedule]);
  return (
    <div className="lb-loan-rows">
      <DataTable
        id="loan-schedule"
        query={{ data: { pages: [{ items }] }, isPending: false, isFetching: busy, isFetchingNextPage: false, hasNextPage: false, dataUpdatedAt: updatedAt, error: null, fetchNextPage: () => undefined, refetch: onRefresh }}
        columns={columns}
        filters={filters}
        empty={<StateView />}
      />
    </div>
  );
}
