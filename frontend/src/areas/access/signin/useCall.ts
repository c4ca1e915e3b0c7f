import { useState } from "react";
import { isProblem, type Problem } from "@/api/problem";

/** One call at a time, with what it was refused for. `run` answers undefined when it was refused. */
export function useCall(onRefused?: (problem: Problem) => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true);
    setProblem(null);
    try {
      return await call();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
      onRefused?.(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run, setProblem };
}
