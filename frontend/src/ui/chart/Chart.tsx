import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMode, useReducedMotion } from "@/theme/mode";
import { font, palette, type ToneName } from "@/theme/tokens";
import { ChipGroup } from "../ChipGroup";
import { useKeys } from "../keys";
import "./chart.css";

export interface ChartSeries {
  name: string;
  values: readonly (number | null)[];
  tone: ToneName;
  kind?: "bar" | "line";
  /** The compared period: a pale line or bar behind. */
  pale?: boolean;
}
interface ChartProps {
  /** What the chart shows, with its unit: also its accessible name and the table's caption. */
  title: string;
  categories: readonly string[];
  series: readonly ChartSeries[];
  /** How a value is written, in the table and the tooltip. */
  write: (value: number) => string;
  /** Bars lie on their side, the first on top: for rankings with long names. */
  lying?: boolean;
  height?: number;
  /** Clicking a bar, or its name in the table, goes to the rows behind it. */
  onPick?: (index: number) => void;
}

const HEIGHT = 260;

/** A chart that loads its engine after the first paint, and the same figures as a table. */
export function Chart(props: ChartProps) {
  const { t } = useTranslation("ui");
  const [form, setForm] = useState<"chart" | "table">("chart");
  useKeys(props.title, { t: { run: () => setForm(form === "chart" ? "table" : "chart"), label: t("chart.toggle") } });
  return (
    <figure className="lb-chart" aria-label={props.title}>
      <figcaption className="lb-row lb-between">
        <span className="lb-meta lb-muted">{props.title}</span>
        <ChipGroup
          label={t("chart.form")}
          value={form}
          onChange={setForm}
          options={[
            { value: "chart", label: t("chart.chart") },
            { value: "table", label: t("chart.table") },
          ]}
        />
      </figcaption>
      {form === "chart" ? <Drawing {...props} /> : <ChartTable {...props} />}
    </figure>
  );
}

function ChartTable({ title, categories, series, write, onPick }: ChartProps) {
  const { t } = useTranslation("ui");
  return (
    <div className="lb-chart-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("chart.name")}</th>
            {series.map((one) => (
              <th key={one.name} scope="col">
                {one.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {categories.map((category, index) => (
            <tr key={category}>
              <th scope="row">
                {onPick ? (
                  <button type="button" className="lb-plain lb-link" onClick={() => onPick(index)}>
                    {category}
                  </button>
                ) : (
                  category
                )}
              </th>
              {series.map((one) => (
                <td key={one.name}>{one.values[index] === null || one.values[index] === undefined ? "–" : write(one.values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drawing({ title, categories, series, write, lying = false, height = HEIGHT, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const mode = useMode();
  const still = useReducedMotion();
  const latest = useRef({ write, onPick });
  const pickable = onPick !== undefined;
  useEffect(() => {
    latest.current = { write, onPick };
  });
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let gone = false;
    let end = () => undefined as void;
    void import("./engine").then(({ init }) => {
      if (gone) return;
      const chart = init(element, null, { renderer: "svg" });
      const paint = palette(mode);
      const axisText = { color: paint.ground.secondary, fontFamily: font.family, fontSize: font.sizes.meta[0] };
      const names = { type: "category" as const, data: [...categories], inverse: lying, axisLabel: { ...axisText, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: paint.ground.line } } };
      const amounts = { type: "value" as const, min: 0, splitNumber: 4, axisLabel: { ...axisText, hideOverlap: true, formatter: (value: number) => latest.current.write(value) }, splitLine: { lineStyle: { color: paint.ground.line } } };
      chart.setOption({
        animation: !still,
        animationDuration: 200,
        aria: { enabled: true, label: { description: title } },
        textStyle: axisText,
        grid: { left: 8, right: 16, top: series.length > 1 ? 32 : 12, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
        legend: series.length > 1 ? { top: 0, left: 0, type: "scroll", itemWidth: 12, itemHeight: 8, textStyle: axisText } : undefined,
        tooltip: {
          trigger: "axis",
          confine: true,
          axisPointer: { type: lying ? "shadow" : "line" },
          backgroundColor: paint.ground.raised,
          borderColor: paint.ground.line,
          textStyle: { ...axisText, color: paint.ground.text },
          valueFormatter: (value: unknown) => (typeof value === "number" ? latest.current.write(value) : "–"),
        },
        xAxis: lying ? amounts : names,
        yAxis: lying ? names : amounts,
        series: series.map((one) => ({
          name: one.name,
          type: one.kind ?? "bar",
          data: [...one.values],
          smooth: false,
          symbol: "none",
          barMaxWidth: 20,
          cursor: pickable ? "pointer" : "default",
          color: paint.tone[one.tone],
          itemStyle: { opacity: one.pale ? 0.35 : 1 },
          lineStyle: { width: 2, opacity: one.pale ? 0.45 : 1, type: one.pale ? "dashed" : "solid" },
        })),
      });
      chart.on("click", (event) => latest.current.onPick?.(event.dataIndex as number));
      const watch = new ResizeObserver(() => chart.resize());
      watch.observe(element);
      end = () => {
        watch.disconnect();
        chart.dispose();
      };
    });
    return () => {
      gone = true;
      end();
    };
  }, [categories, series, title, lying, mode, still, pickable]);
  return <div ref={place} className="lb-chart-place" style={{ height }} />;
}
