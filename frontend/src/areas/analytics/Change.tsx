import { useTranslation } from "react-i18next";

/** How a number moved against the compared period, in percent; nothing where there is nothing to compare with. */
export function Change({ now, before }: { now: number | null; before: number | null }) {
  const { t } = useTranslation("ui");
  if (now === null || before === null || before === 0) return null;
  const change = ((now - before) / before) * 100;
  return <span className={change < 0 ? "lb-meta lb-danger" : "lb-meta lb-success"}>{t(change < 0 ? "figure.down" : "figure.up", { percent: Math.abs(change).toFixed(1) })}</span>;
}
