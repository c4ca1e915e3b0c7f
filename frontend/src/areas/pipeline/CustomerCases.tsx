import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { CaseRow, Customer } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { yuan } from "@/ui/format";
import { StageClock } from "@/ui/kanban/KanbanCard";
import { Person } from "@/ui/Person";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";
import { amountOf } from "./amounts";
import { NewCase } from "./NewCase";
import { useCustomerCases } from "./useCases";
import "./pipeline.css";

/** The cases of a customer with their stage and money, and the way to a new one. */
export function CustomerCases({ customer }: { customer: Customer }) {
  const { t } = useTranslation("pipeline");
  const phone = usePhone();
  const navigate = useNavigate();
  const cases = useCustomerCases(customer.id);
  const [creating, setCreating] = useState(false);
  const create = (
    <Can permission="pipeline.create">
      <Button icon={<PlusOutlined />} onClick={() => setCreating(true)}>
        {t("action.new")}
      </Button>
    </Can>
  );
  const rows = cases.data?.items ?? [];
  return (
    <div className="lb-stack">
      {!cases.data ? (
        <StateView state={cases.error ? "error" : "loading"} error={cases.error} onRetry={() => void cases.refetch()} />
      ) : rows.length === 0 ? (
        <StateView title={t("customer.none")} detail={t("customer.noneDetail")} action={create} />
      ) : (
        <>
          <div className="lb-row lb-between">
            <span className="lb-muted">{t("customer.count", { count: rows.length })}</span>
            {create}
          </div>
          <ul className="lb-stack">
            {rows.map((row) => (
              <CaseCard key={row.id} row={row} />
            ))}
          </ul>
        </>
      )}
      <Drawer open={creating} onClose={() => setCreating(false)} title={t("action.new")} size={phone ? "100%" : 480} destroyOnHidden>
        <NewCase customer={{ id: customer.id, wantedFen: customer.wantedAmount?.toFen ?? customer.wantedAmount?.fromFen ?? null }} onDone={(made) => void navigate(`/cases/${made.id}`)} onCancel={() => setCreating(false)} />
      </Drawer>
    </div>
  );
}

function CaseCard({ row }: { row: CaseRow }) {
  const { t } = useTranslation(["pipeline", "products"]);
  const format = useFormat();
  const now = useNow(30_000);
  const money = [
    ["disbursed", row.disbursedFen],
    ["due", row.dueFen],
    ["received", row.receivedFen],
    ["outstanding", row.outstandingFen],
  ] as const;
  return (
    <li className="lb-case-card">
      <span className="lb-row lb-between">
        <span className="lb-row lb-row-wrap">
          <Link to={`/cases/${row.id}`}>{row.product?.name ?? t(`products:kind.${row.productKind}`)}</Link>
          <Tone tone={row.stage.tone}>{row.stage.name}</Tone>
          {row.lostReason && <span className="lb-muted">{t(`lostReason.${row.lostReason}`)}</span>}
        </span>
        <strong title={yuan(amountOf(row))}>{format.money(amountOf(row))}</strong>
      </span>
      <span className="lb-row lb-between lb-meta lb-muted">
        <span>{[row.number, row.product?.lenderName].filter(Boolean).join(" · ")}</span>
        <Person person={row.owner} />
      </span>
      <StageClock since={row.stageSince} dueAt={row.closedAt ? null : row.stageDueAt} now={now} />
      {row.disbursedFen > 0 && (
        <span className="lb-row lb-row-wrap lb-meta">
          {money.map(([key, fen]) => (
            <span key={key}>{t(`customer.${key}`, { amount: format.money(fen) })}</span>
          ))}
        </span>
      )}
    </li>
  );
}
