import { useTranslation } from "react-i18next";

/** How a share moved, in percentage points. */
export function PointChange({ now, before }: { now: number; before: number }) {
  const { t } = useTranslation("analytics");
  const points = (now - before) / 100;
  if (Math.abs(points) < 0.05) return null;
  return <span className={points < 0 ? "lb-danger" : "lb-success"}>{t(points < 0 ? "change.pointsDown" : "change.pointsUp", { points: Math.abs(points).toFixed(1) })}</span>;
}
