import { CheckOutlined } from "@/ui/icons";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Case, StageEvent } from "@/api/types";
import { span } from "@/ui/format";

/** The pipeline as steps: where the case stands, and how long it was in each stage it has left. */
export function Steps({ found, history }: { found: Case; history: readonly StageEvent[] }) {
  const { t } = useTranslation("pipeline");
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const stages = found.next.map(({ stage }) => stage).filter(({ id, kind }) => id === found.stage.id || kind !== "lost");
  const at = stages.findIndex(({ id }) => id === found.stage.id);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Sideways only: a page that is taller than its window stays where it is.
    const step = list.current?.querySelector<HTMLElement>(`[data-stage="${found.stage.id}"]`);
    if (list.current && step) list.current.scrollLeft = step.offsetLeft - list.current.offsetLeft - (list.current.clientWidth - step.clientWidth) / 2;
  }, [found.stage.id]);
  const spent = new Map<string, number>();
  for (const { from, seconds } of history) if (from && seconds) spent.set(from.id, (spent.get(from.id) ?? 0) + seconds);
  return (
    <ol ref={list} className="lb-steps" aria-label={t("steps.label")}>
      {stages.map((stage, index) => {
        const seconds = spent.get(stage.id);
        const state = index === at ? "current" : seconds !== undefined ? "done" : index < at ? "skipped" : "coming";
        return (
          <li key={stage.id} data-stage={stage.id} data-state={state} aria-current={state === "current" ? "step" : undefined}>
            <span className="lb-steps-mark" style={state === "current" ? { background: `var(--lb-tone-${stage.tone})`, borderColor: `var(--lb-tone-${stage.tone})` } : undefined}>
              {state === "done" ? <CheckOutlined /> : index + 1}
            </span>
            <span className="lb-steps-name">{stage.name}</span>
            <span className="lb-meta lb-faint">{state === "current" ? t("steps.current") : seconds !== undefined ? span(seconds * 1000, words) : ""}</span>
          </li>
        );
      })}
    </ol>
  );
}
