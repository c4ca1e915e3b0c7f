import { Suspense, lazy, useEffect, useState } from "react";
import type { Problem } from "@/api/problem";
import { onStepUp } from "@/api/stepUp";

const StepUpDialog = lazy(() => import("./StepUpDialog").then((module) => ({ default: module.StepUpDialog })));

interface Asked {
  why: Problem;
  settle: (confirmed: boolean) => void;
}

/** The one place that asks for identity again, whichever page was refused. */
export function StepUpHost() {
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => onStepUp((why) => new Promise((settle) => setAsked({ why, settle }))), []);
  // The session ended meanwhile: who waits is told no.
  useEffect(() => () => asked?.settle(false), [asked]);
  if (!asked) return null;
  const done = (confirmed: boolean) => {
    asked.settle(confirmed);
    setAsked(null);
  };
  return (
    <Suspense>
      <StepUpDialog why={asked.why} onDone={done} />
    </Suspense>
  );
}
