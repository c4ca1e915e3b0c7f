import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { ProductVersion, RuleCustomer } from "@/api/types";
import { EMPTY, count } from "@/ui/format";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { StageTone, Tone } from "@/ui/Tone";
import { useVersionCustomers } from "./useProducts";

type Row = RuleCustomer & { id: string };
type Wanted = "yes" | "possible";

/** Who qualifies for this version now, or could once more is known of them. */
export function CustomersTab({ version, unsaved }: { version: ProductVersion; unsaved: boolean }) {
  const { t } = useTranslation("products");
  const navigate = useNavigate();
  const [wanted, setWanted] = useState<Wanted>("possible");
  const customers = useVersionCustomers(version.id, wanted);
  const counts = customers.data?.pages[0]?.counts;
  const columns = useMemo((): Column<Row>[] => {
    const none = <span className="lb-faint">{EMPTY}</span>;
    const verdict = (row: Row) => <Tone tone={row.verdict === "yes" ? "green" : "amber"}>{t(`customers.verdict.${row.verdict}`)}</Tone>;
    return [
      {
        key: "name",
        title: t("customers.name"),
        width: 120,
        kind: "name",
        pin: "left",
        card: "title",
        render: ({ customer }) => (
          <Link to={`/customers/${customer.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }}>
            {customer.name?.value ?? EMPTY}
          </Link>
        ),
      },
      { key: "verdict", title: t("customers.verdictTitle"), width: 88, card: "mark", render: verdict },
      { key: "phone", title: t("customers.phone"), width: 124, kind: "masked", card: "meta", render: ({ customer }) => (customer.phone ? <Masked value={customer.phone} /> : none), renderCard: ({ customer }) => customer.phone && <Masked value={customer.phone} /> },
      { key: "stage", title: t("customers.stage"), width: 84, kind: "stage", card: "mark", render: ({ customer }) => <StageTone stage={customer.stage} /> },
      { key: "city", title: t("customers.city"), width: 80, card: "meta", render: ({ customer }) => customer.city?.name ?? none, renderCard: ({ customer }) => customer.city?.name },
      { key: "owner", title: t("customers.owner"), width: 100, card: "meta", render: ({ customer }) => customer.ownerName ?? none, renderCard: ({ customer }) => customer.ownerName },
    ];
  }, [t]);
  return (
    <div className="lb-tab-table">
      {unsaved && <p className="lb-warning">{t("customers.unsaved")}</p>}
      <DataTable
        id="product-customers"
        query={customers}
        columns={columns}
        empty={<StateView title={t("customers.empty")} detail={t("customers.emptyDetail")} />}
        filters={
          <div className="lb-row lb-row-wrap">
            <Segmented
              aria-label={t("customers.wanted")}
              value={wanted}
              onChange={setWanted}
              options={[
                { value: "possible", label: t("customers.possible") },
                { value: "yes", label: t("customers.yes") },
              ]}
            />
            {counts && <span className="lb-muted">{t("customers.counts", { yes: count(counts.yes), unknown: count(counts.unknown), no: count(counts.no) })}</span>}
          </div>
        }
        onOpen={(row) => void navigate(`/customers/${row.id}`)}
      />
    </div>
  );
}
