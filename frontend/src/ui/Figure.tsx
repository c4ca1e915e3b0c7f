import { Progress, Tooltip } from "antd";
import { QuestionCircleOutlined } from "@/ui/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { count } from "./format";
import "./timeline.css";

interface FigureProps {
  label: string;
  value: number | string;
  unit?: string;
  /** Change against the compared period, in percent. */
  change?: number | null;
  /** Less is better, as of waiting times. */
  lessIsBetter?: boolean;
  target?: number;
  definition?: string;
  /** Where the rows behind the figure are. */
  to?: string;
}

/** A number that says what it is, how it moved and where its rows are. */
export function Figure({ label, value, unit, change, lessIsBetter = false, target, definition, to }: FigureProps) {
  const { t } = useTranslation("ui");
  const number = (
    <span className="lb-figure-number">
      {typeof value === "number" ? count(value) : value}
      {unit && <span className="lb-figure-unit">{unit}</span>}
    </span>
  );
  return (
    <div className="lb-figure">
      <span className="lb-row lb-muted lb-meta">
        {label}
        {definition && (
          <Tooltip title={definition}>
            <button type="button" className="lb-plain" aria-label={t("figure.definition", { label })}>
              <QuestionCircleOutlined />
            </button>
          </Tooltip>
        )}
      </span>
      {to ? (
        <Link to={to} title={t("figure.drill", { label })}>
          {number}
        </Link>
      ) : (
        number
      )}
      {change !== undefined && change !== null && (
        <span className={change < 0 === lessIsBetter ? "lb-meta lb-success" : "lb-meta lb-danger"}>{t(change < 0 ? "figure.down" : "figure.up", { percent: Math.abs(change).toFixed(1) })}</span>
      )}
      {target !== undefined && typeof value === "number" && <Progress percent={target > 0 ? Math.min(100, (value / target) * 100) : 0} showInfo={false} size="small" aria-label={t("figure.target", { label })} />}
    </div>
  );
}
