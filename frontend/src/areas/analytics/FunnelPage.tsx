import { App, Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import { Chart } from "@/ui/chart/Chart";
import { Figure } from "@/ui/Figure";
import { FilterBar } from "@/ui/FilterBar";
import { clock, count } from "@/ui/format";
import { useKeys } from "@/ui/keys";
import { useQueryState } from "@/ui/listState";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { DrillDrawer } from "./DrillDrawer";
import { FunnelBars, FunnelTable } from "./FunnelBars";
import { SplitRows } from "./SplitRows";
import { daysOf, filterKeys, periods, splits, toQuery, useExport, useFunnel, type Drill, type Funnel } from "./useFigures";
import { useFunnelFilters } from "./useFunnelFilters";
import "./figures.css";

const NARROW = ["channelId", "teamId", "employeeId", "kind", "city"] as const;

export function FunnelPage() {
  const { t } = useTranslation("analytics");
  const { message } = App.useApp();
  const phone = usePhone();
  const state = useQueryState("", filterKeys);
  const query = toQuery(state.filters);
  const funnel = useFunnel(query);
  const fields = useFunnelFilters();
  const save = useExport();
  const shown = periods.find((period) => daysOf(period).from === query.from && daysOf(period).to === query.to) ?? null;
  const by = query.by ?? "cohort";
  useKeys(t("funnel.title"), { p: { run: () => state.change(daysOf(periods[(periods.indexOf(shown ?? "month") + 1) % periods.length] ?? "month")), label: t("keys.period") } });
  const exportNow = () => save.mutate(query, { onError: (error) => void message.error(error.message) });
  return (
    <Page
      title={t("funnel.title")}
      actions={
        <Button onClick={exportNow} loading={save.isPending}>
          {t("funnel.export")}
        </Button>
      }
    >
      <div className="lb-row lb-row-wrap">
        <ChipGroup label={t("period.label")} value={shown} onChange={(period) => state.change(daysOf(period))} options={periods.map((value) => ({ value, label: t(`period.${value}`) }))} />
        <DatePicker.RangePicker
          allowClear={false}
          inputReadOnly={phone}
          value={[dayjs(query.from), dayjs(query.to)]}
          aria-label={t("period.label")}
          onChange={(range) => range?.[0] && range[1] && state.change({ from: range[0].format("YYYY-MM-DD"), to: range[1].format("YYYY-MM-DD") })}
        />
        <ChipGroup
          label={t("by.label")}
          value={by}
          onChange={(value) => state.setFilter("by", value === "cohort" ? undefined : value)}
          options={[
            { value: "cohort", label: t("by.cohort"), title: t("by.cohortMeans") },
            { value: "event", label: t("by.event"), title: t("by.eventMeans") },
          ]}
        />
        <FilterBar fields={fields} values={Object.fromEntries(NARROW.map((key) => [key, state.filters[key]]))} onChange={state.setFilter} onReset={() => state.change(Object.fromEntries(NARROW.map((key) => [key, undefined])))} />
      </div>
      {funnel.data ? (
        <Known funnel={funnel.data} split={query.split ?? "none"} onSplit={(value) => state.setFilter("split", value === "none" ? undefined : value)} onWiden={() => state.change(daysOf("days90"))} />
      ) : (
        <StateView state={funnel.error ? "error" : "loading"} error={funnel.error} onRetry={() => void funnel.refetch()} />
      )}
    </Page>
  );
}

function Known({ funnel, split, onSplit, onWiden }: { funnel: Funnel; split: Funnel["split"]; onSplit: (split: Funnel["split"]) => void; onWiden: () => void }) {
  const { t } = useTranslation("analytics");
  const [form, setForm] = useState<"chart" | "table">("chart");
  const [drill, setDrill] = useState<{ title: string; drill: Drill } | null>(null);
  const open = (title: string, to: Drill) => setDrill({ title, drill: to });
  useKeys(t("funnel.chart"), { t: { run: () => setForm(form === "chart" ? "table" : "chart"), label: t("funnel.toggle") } });
  if (funnel.steps.every((step) => step.count === 0)) {
    return <StateView title={t("funnel.none")} detail={t("funnel.noneDetail")} action={<Button onClick={onWiden}>{t("funnel.widen")}</Button>} />;
  }
  return (
    <>
      <Figures funnel={funnel} />
      <div className="lb-figures-split">
        <Section
          title={t("funnel.chart")}
          extra={
            <span className="lb-row">
              <span className="lb-meta lb-faint" title={funnel.definition.text}>
                {t("funnel.fresh", { time: clock(Date.parse(funnel.freshUntil)) })}
              </span>
              <ChipGroup
                label={t("funnel.form")}
                value={form}
                onChange={setForm}
                options={[
                  { value: "chart", label: t("funnel.asChart") },
                  { value: "table", label: t("funnel.asTable") },
                ]}
              />
            </span>
          }
        >
          {form === "chart" ? <FunnelBars steps={funnel.steps} onDrill={open} /> : <FunnelTable steps={funnel.steps} onDrill={open} />}
          <p className="lb-meta lb-faint">{funnel.previousFrom && funnel.previousTo ? t("funnel.compared", { from: funnel.previousFrom, to: funnel.previousTo }) : null}</p>
        </Section>
        <Lost lost={funnel.lost} />
      </div>
      <Section
        title={t("split.title")}
        extra={<ChipGroup label={t("split.label")} value={split} onChange={onSplit} options={splits.map((value) => ({ value, label: t(`split.${value}`) }))} />}
      >
        {split === "none" ? <p className="lb-muted">{t("split.choose")}</p> : <SplitRows funnel={funnel} onDrill={open} />}
      </Section>
      <DrillDrawer title={drill?.title ?? ""} drill={drill?.drill ?? null} onClose={() => setDrill(null)} />
    </>
  );
}

const HEADLINES = [
  ["lead", "count"],
  ["signed", "count"],
  ["disbursed", "money"],
  ["received", "money"],
] as const;

function Figures({ funnel }: { funnel: Funnel }) {
  const format = useFormat();
  return (
    <div className="lb-kpis">
      {HEADLINES.map(([code, unit]) => {
        const step = funnel.steps.find((one) => one.step === code);
        if (!step) return null;
        const [now, before] = unit === "money" ? [step.amountFen, step.previousAmountFen] : [step.count, step.previousCount];
        return (
          <section key={code} className="lb-card">
            <Figure label={step.title} value={unit === "money" ? format.money(now) : now} change={before ? ((now - before) / before) * 100 : null} definition={step.definition.text} />
          </section>
        );
      })}
    </div>
  );
}

function Lost({ lost }: { lost: Funnel["lost"] }) {
  const { t } = useTranslation("analytics");
  const series = useMemo(() => [{ name: t("lost.count"), values: lost.map((one) => one.count), tone: "slate" as const }], [lost, t]);
  const categories = useMemo(() => lost.map((one) => one.title), [lost]);
  return (
    <Section title={t("lost.title")}>
      {lost.length === 0 ? <p className="lb-muted">{t("lost.none")}</p> : <Chart title={t("lost.chart")} categories={categories} series={series} write={count} lying height={Math.max(120, lost.length * 36)} />}
    </Section>
  );
}
