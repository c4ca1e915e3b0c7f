import { Button, Skeleton } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { CopyField } from "./CopyField";
import "./state.css";

export interface StateViewProps {
  state?: "empty" | "error" | "forbidden" | "missing" | "loading";
  title?: string;
  detail?: string;
  error?: unknown;
  action?: ReactNode;
  onRetry?: () => void;
}

/** Draws every empty, failed, forbidden, missing and loading state. The kind of an error is taken from its Problem. */
export function StateView({ state = "empty", title, detail, error, action, onRetry }: StateViewProps) {
  const { t } = useTranslation("ui");
  if (state === "loading") return <Loading />;
  const problem = isProblem(error) ? error : null;
  const kind = state !== "error" ? state : problem?.status === 403 ? "forbidden" : problem?.status === 404 ? "missing" : problem?.status === 0 ? "offline" : "error";
  const retry = onRetry && kind !== "forbidden" && kind !== "missing";
  return (
    <div className="lb-state" role={kind === "empty" ? "status" : "alert"}>
      <StatePicture kind={kind} />
      <h2>{title ?? t(`state.${kind}.title`)}</h2>
      <p className="lb-muted">{detail ?? (problem?.message || t(`state.${kind}.detail`))}</p>
      {(retry || action) && (
        <div className="lb-row">
          {retry && <Button onClick={onRetry}>{t("state.retry")}</Button>}
          {action}
        </div>
      )}
      {problem?.requestId && <CopyField value={problem.requestId} label={t("common:requestId", { id: problem.requestId })} quiet />}
    </div>
  );
}

function StatePicture({ kind }: { kind: string }) {
  const mark = kind === "empty" ? "M14 34h36M20 34V18h24v16" : kind === "forbidden" ? "M22 30v-6a10 10 0 0 1 20 0v6M18 30h28v16H18z" : "M32 18v16m0 8v1";
  return (
    <svg className="lb-state-picture" viewBox="0 0 64 64" aria-hidden>
      <circle cx="32" cy="32" r="30" />
      <path d={mark} />
    </svg>
  );
}

/** Nothing for 150 ms, then a skeleton: a quick answer never flickers. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="lb-loading" role="status" aria-busy>
      <span className="lb-sr">{t("common:loading")}</span>
      {shown && <Skeleton active title={false} paragraph={{ rows, width: "100%" }} />}
    </div>
  );
}
