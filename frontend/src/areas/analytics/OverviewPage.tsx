import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ChipGroup } from "@/ui/ChipGroup";
import { Chart } from "@/ui/chart/Chart";
import { Figure } from "@/ui/Figure";
import { clock, count, percent } from "@/ui/format";
import { useQueryState } from "@/ui/listState";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { DrillDrawer } from "./DrillDrawer";
import { useOverview, type Drill, type Overview } from "./useFigures";
import "./figures.css";

const PERIODS = ["today", "week", "month", "last_month"] as const;
const MEASURES = ["leads", "visits", "signed", "disbursedFen", "receivedFen"] as const;
type Measure = (typeof MEASURES)[number];
const isMoney = (measure: Measure) => measure.endsWith("Fen");

export function OverviewPage() {
  const { t } = useTranslation("analytics");
  const state = useQueryState("", ["period"] as const);
  const period = PERIODS.find((one) => one === state.filters.period) ?? "month";
  const overview = useOverview(period);
  return (
    <Page title={t("overview.title")} tabs={<ChipGroup label={t("period.label")} value={period} onChange={(value) => state.setFilter("period", value === "month" ? undefined : value)} options={PERIODS.map((value) => ({ value, label: t(`overview.period.${value}`) }))} />}>
      {overview.data ? <Known overview={overview.data} /> : <StateView state={overview.error ? "error" : "loading"} error={overview.error} onRetry={() => void overview.refetch()} />}
    </Page>
  );
}

function Known({ overview }: { overview: Overview }) {
  const { t } = useTranslation("analytics");
  const [measure, setMeasure] = useState<Measure>("leads");
  const [drill, setDrill] = useState<{ title: string; drill: Drill } | null>(null);
  return (
    <>
      <p className="lb-meta lb-faint">
        {t("overview.span", { from: overview.from, to: overview.to, previousFrom: overview.previousFrom, previousTo: overview.previousTo })} · {t(`overview.scope.${overview.scope}`)} · {t("funnel.fresh", { time: clock(Date.parse(overview.freshUntil)) })}
      </p>
      <Figures figures={overview.figures} onDrill={(title, to) => setDrill({ title, drill: to })} />
      <ChipGroup label={t("overview.measure")} value={measure} onChange={setMeasure} options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))} />
      <div className="lb-figures-split">
        <Trend overview={overview} measure={measure} />
        <Ranking overview={overview} measure={measure} />
      </div>
      <Channels channels={overview.channels} />
      <DrillDrawer title={drill?.title ?? ""} drill={drill?.drill ?? null} onClose={() => setDrill(null)} />
    </>
  );
}

function Figures({ figures, onDrill }: { figures: Overview["figures"]; onDrill: (title: string, drill: Drill) => void }) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  const write = (unit: Overview["figures"][number]["unit"], value: number | null) => {
    if (value === null) return t("overview.nothing");
    if (unit === "fen") return format.money(value);
    if (unit === "bps") return percent(value);
    return unit === "seconds" ? format.span(value) : count(value);
  };
  return (
    <div className="lb-kpis">
      {figures.map((figure) => (
        <section key={figure.id} className="lb-card">
          <Figure
            label={figure.title}
            value={write(figure.unit, figure.value)}
            change={figure.value !== null && figure.previous ? ((figure.value - figure.previous) / figure.previous) * 100 : null}
            lessIsBetter={figure.unit === "seconds"}
            definition={figure.definition.text}
          />
          {figure.drill && figure.value ? (
            <button type="button" className="lb-plain lb-link lb-meta" onClick={() => figure.drill && onDrill(figure.title, figure.drill)}>
              {t("overview.rows")}
            </button>
          ) : null}
        </section>
      ))}
    </div>
  );
}

function Trend({ overview, measure }: { overview: Overview; measure: Measure }) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  const categories = useMemo(() => overview.trend.map(({ day }) => day.slice(5)), [overview]);
  const series = useMemo(
    () => [
      { name: t("overview.now"), values: overview.trend.map((one) => one[measure]), tone: "blue" as const, kind: "line" as const },
      { name: t("overview.before"), values: overview.trend.map((_, index) => overview.previousTrend[index]?.[measure] ?? null), tone: "slate" as const, kind: "line" as const, pale: true },
    ],
    [overview, measure, t],
  );
  return (
    <Section title={t("overview.trend")}>
      <Chart title={t("overview.byDay", { measure: t(`measure.${measure}`) })} categories={categories} series={series} write={isMoney(measure) ? format.money : count} />
    </Section>
  );
}

const SHOWN = 10;

function Ranking({ overview, measure }: { overview: Overview; measure: Measure }) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  const [of, setOf] = useState<"employees" | "teams">("employees");
  const ranked = useMemo(() => overview[of].toSorted((a, b) => b[measure] - a[measure]).slice(0, SHOWN), [overview, of, measure]);
  const categories = useMemo(() => ranked.map(({ name }) => name), [ranked]);
  const series = useMemo(() => [{ name: t(`measure.${measure}`), values: ranked.map((one) => one[measure]), tone: "teal" as const }], [ranked, measure, t]);
  return (
    <Section
      title={t("overview.ranking")}
      extra={
        overview.teams.length > 1 ? (
          <ChipGroup
            label={t("overview.ranking")}
            value={of}
            onChange={setOf}
            options={[
              { value: "employees", label: t("overview.employees") },
              { value: "teams", label: t("overview.teams") },
            ]}
          />
        ) : null
      }
    >
      {ranked.length === 0 ? (
        <p className="lb-muted">{t("overview.noRanking")}</p>
      ) : (
        <Chart title={t("overview.rankedBy", { measure: t(`measure.${measure}`) })} categories={categories} series={series} write={isMoney(measure) ? format.money : count} lying height={Math.max(160, ranked.length * 30)} />
      )}
    </Section>
  );
}

function Channels({ channels }: { channels: Overview["channels"] }) {
  const { t } = useTranslation("analytics");
  const format = useFormat();
  return (
    <Section title={t("overview.channels")}>
      {channels.length === 0 ? (
        <p className="lb-muted">{t("overview.noChannels")}</p>
      ) : (
        <div className="lb-chart-table" tabIndex={0} role="region" aria-label={t("overview.channels")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("split.channel")}</th>
                {(["leads", "signed", "signedRate", "receivedFen"] as const).map((head) => (
                  <th key={head} scope="col">
                    {t(`overview.channelColumn.${head}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {channels.map((row) => (
                <tr key={row.channel?.id ?? "none"}>
                  <th scope="row">{row.channel?.name ?? t("overview.noChannel")}</th>
                  <td>{count(row.leads)}</td>
                  <td>{count(row.signed)}</td>
                  <td>{row.signedBps === null ? "–" : percent(row.signedBps)}</td>
                  <td>{format.money(row.receivedFen)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
