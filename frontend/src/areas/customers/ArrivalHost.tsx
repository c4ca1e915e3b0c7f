import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { push } from "@/api/push";
import type { CustomerRow } from "@/api/types";
import { ArrivalToasts } from "@/ui/ArrivalToast";
import { DueClock } from "@/ui/DueClock";
import { useMe } from "@/ui/me";
import { useFormat } from "@/ui/useFormat";
import { useCall } from "./Call";
import { readRow } from "./live";
import { nameOf } from "./nameOf";

const COUNT_IN_TITLE = /^\(\d+\) /;

/** Each customer that arrives for me by push, as a toast with 拨打; the tab's title counts them. */
export function ArrivalHost() {
  const { t } = useTranslation("customers");
  const { employee } = useMe();
  const navigate = useNavigate();
  const call = useCall();
  const format = useFormat();
  const [arrived, setArrived] = useState<CustomerRow[]>([]);
  const drop = (id: string) => setArrived((rows) => rows.filter((row) => row.id !== id));

  useEffect(
    () =>
      push.on(({ kind, data: body }) => {
        if (kind !== "customers.arrived") return;
        readRow(String(body.customerId)).then(
          (row) => row.owner?.id === employee.id && setArrived((rows) => [...rows.filter((other) => other.id !== row.id), row]),
          // Gone or out of scope again before it was read: nothing to announce.
          () => undefined,
        );
      }),
    [employee.id],
  );
  useEffect(() => {
    const plain = document.title.replace(COUNT_IN_TITLE, "");
    document.title = arrived.length > 0 ? `(${arrived.length}) ${plain}` : plain;
  }, [arrived.length]);

  const arrivals = arrived.map((row) => ({
    id: row.id,
    text: (
      <>
        <strong>{nameOf(row.name)}</strong>
        <span>{row.city?.name}</span>
        <span>{format.range(row.wantedAmount)}</span>
        <span className="lb-muted">{row.channel?.name}</span>
        {row.firstContactDueAt && <DueClock at={row.firstContactDueAt} />}
      </>
    ),
    actions: (
      <>
        <Button size="small" onClick={() => (drop(row.id), call(row))}>
          {t("action.call")}
        </Button>
        <Button size="small" onClick={() => (drop(row.id), void navigate(`/customers/${row.id}`))}>
          {t("action.view")}
        </Button>
      </>
    ),
  }));
  return <ArrivalToasts arrivals={arrivals} onLater={drop} />;
}
