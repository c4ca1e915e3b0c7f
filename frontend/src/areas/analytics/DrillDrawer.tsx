import { Drawer } from "antd";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { nameOf } from "@/areas/customers/nameOf";
import { usePhone } from "@/theme/mode";
import { EMPTY, relative } from "@/ui/format";
import { Person } from "@/ui/Person";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import type { Column } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { StageTone } from "@/ui/Tone";
import { useDrill, type Drill } from "./useFigures";

type Row = NonNullable<ReturnType<typeof useDrill>["data"]>["pages"][number]["items"][number];

function columnsOf(t: TFunction): Column<Row>[] {
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  return [
    {
      key: "name",
      title: words("drill.name"),
      width: 96,
      kind: "name",
      card: "title",
      render: ({ customer }) => (
        <Link to={`/customers/${customer.id}`} className="lb-ellipsis">
          {nameOf(customer.name)}
        </Link>
      ),
    },
    { key: "phone", title: words("drill.phone"), width: 124, kind: "masked", card: "meta", render: ({ customer }) => (customer.phone ? <Masked value={customer.phone} /> : EMPTY) },
    { key: "stage", title: words("drill.stage"), width: 80, kind: "stage", card: "mark", render: ({ customer }) => <StageTone stage={customer.stage} /> },
    { key: "channel", title: words("drill.channel"), width: 112, card: "meta", render: ({ customer }) => <span className="lb-ellipsis">{customer.channel?.name ?? EMPTY}</span> },
    { key: "reached", title: words("drill.reached"), width: 120, kind: "date", card: "next", render: (row, now) => relative(row.reachedAt, now, words) },
    { key: "owner", title: words("drill.owner"), width: 96, kind: "person", card: "meta", render: ({ customer }) => (customer.owner ? <Person person={customer.owner} /> : EMPTY) },
  ];
}

/** The customers behind a bar. */
export function DrillDrawer({ title, drill, onClose }: { title: string; drill: Drill | null; onClose: () => void }) {
  const { t } = useTranslation("analytics");
  const phone = usePhone();
  const navigate = useNavigate();
  const rows = useDrill(drill);
  const columns = useMemo(() => columnsOf(t), [t]);
  return (
    <Drawer open={drill !== null} onClose={onClose} title={t("drill.title", { step: title })} size={phone ? "100%" : 760} destroyOnHidden>
      <div className="lb-drill">
        <DataTable id="funnel-customers" query={rows} columns={columns} onOpen={(row) => void navigate(`/customers/${row.id}`)} empty={<StateView title={t("drill.none")} />} />
      </div>
    </Drawer>
  );
}
