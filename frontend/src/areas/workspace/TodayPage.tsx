import { Button } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import type { TodayItem } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { callRefusal, useCall } from "@/areas/customers/Call";
import { useFollowUp } from "@/areas/customers/FollowUp";
import { rememberOrder } from "@/areas/customers/listOrder";
import { useKeys } from "@/ui/keys";
import { Page } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { ChipGroup } from "@/ui/ChipGroup";
import { QueueRow } from "./QueueRow";
import { MyFigures, TeamTable } from "./TodayFigures";
import "./today.css";

const kinds = ["all", "new", "late", "due", "unreached"] as const;
type Kind = (typeof kinds)[number];

/** The home page: what to do next and why, then how the day and month stand. */
export function TodayPage() {
  const { t } = useTranslation("workspace");
  const today = api.useQuery("get", "/api/v1/today", {}, { refetchInterval: 60_000 });
  const { data } = today;
  return (
    <Page title={t("today.title")} fill actions={data && data.items.length > 0 ? <StartCalling items={data.items} /> : null}>
      {!data ? (
        <StateView state={today.error ? "error" : "loading"} error={today.error} onRetry={() => void today.refetch()} />
      ) : (
        <div className="lb-columns lb-today">
          <Queue items={data.items} counts={data.counts} />
          <aside className="lb-stack lb-today-side">
            <MyFigures figures={data.figures} own={data.scope === "self"} />
            {data.teamRows.length > 0 && <TeamTable rows={data.teamRows} />}
          </aside>
        </div>
      )}
    </Page>
  );
}

function StartCalling({ items }: { items: readonly TodayItem[] }) {
  const { t } = useTranslation("workspace");
  const call = useCall();
  const first = items.find((item) => callRefusal(item.customer, "") === null);
  return (
    <Button type="primary" disabled={!first} onClick={() => first && call(first.customer)}>
      {t("today.start")}
    </Button>
  );
}

function Queue({ items, counts }: { items: TodayItem[]; counts: Record<Exclude<Kind, "all">, number> }) {
  const { t } = useTranslation(["workspace", "customers"]);
  const navigate = useNavigate();
  const call = useCall();
  const followUp = useFollowUp();
  const [kind, setKind] = useState<Kind>("all");
  const [current, setCurrent] = useState(0);
  const shown = useMemo(() => (kind === "all" ? items : items.filter((item) => item.kind === kind)), [items, kind]);
  const at = Math.min(current, shown.length - 1);
  useEffect(() => rememberOrder(shown.map((item) => item.customer.id)), [shown]);
  const move = (by: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, at + by));
    setCurrent(next);
    document.getElementById(`queue-${shown[next]?.customer.id}`)?.scrollIntoView({ block: "nearest" });
  };
  const row = shown[at]?.customer;
  useKeys(t("today.title"), {
    j: { run: () => move(1), label: t("today.keys.next") },
    k: { run: () => move(-1), label: t("today.keys.previous") },
    ArrowDown: { run: () => move(1) },
    ArrowUp: { run: () => move(-1) },
    Enter: { run: () => row && void navigate(`/customers/${row.id}`), label: t("today.keys.open") },
    c: { run: () => row && callRefusal(row, "") === null && call(row), label: t("customers:action.call") },
    f: { run: () => row && findAction(row.allowedActions, "follow_up")?.allowed !== false && followUp(row), label: t("customers:action.followUp") },
  });
  const total = counts.new + counts.late + counts.due + counts.unreached;
  const countOf = (value: Kind) => (value === "all" ? total : counts[value]);
  return (
    <section className="lb-card lb-queue" aria-label={t("today.queue")}>
      <header>
        <ChipGroup label={t("today.queue")} value={kind} onChange={setKind} options={kinds.map((value) => ({ value, label: t(`today.kind.${value}`, { total: countOf(value) }) }))} />
      </header>
      {shown.length === 0 ? (
        <StateView
          title={t("today.done")}
          detail={t("today.doneDetail")}
          action={<Button onClick={() => void navigate("/customers")}>{t("today.toCustomers")}</Button>}
        />
      ) : (
        <ol className="lb-queue-list">
          {shown.map((item, index) => (
            <QueueRow key={item.customer.id} item={item} current={index === at} onPoint={() => setCurrent(index)} />
          ))}
        </ol>
      )}
      <footer className="lb-meta lb-muted lb-queue-hint">{t("today.hint")}</footer>
    </section>
  );
}
