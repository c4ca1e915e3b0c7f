import type { Problem } from "./problem";

/** Shows the one dialog that confirms identity again; resolves to whether it was confirmed. */
export type Asker = (why: Problem) => Promise<boolean>;

let asker: Asker | null = null;
let running: Promise<boolean> | null = null;

export function onStepUp(ask: Asker): () => void {
  asker = ask;
  return () => {
    if (asker === ask) asker = null;
  };
}

/** Asks once for all calls that were refused meanwhile; false where nobody can be asked. */
export function confirmIdentity(why: Problem): Promise<boolean> {
  if (!asker) return Promise.resolve(false);
  running ??= asker(why).finally(() => {
    running = null;
  });
  return running;
}
