import { Suspense, createContext, lazy, useCallback, useContext, type ReactNode } from "react";
import type { CustomerRow } from "@/api/types";
import { useDock } from "@/ui/Dock";
import { Loading } from "@/ui/StateView";
import { Intent, StageTone } from "@/ui/Tone";
import { dockId } from "./dockId";
import { nameOf } from "./nameOf";

const Context = createContext<((row: CustomerRow) => void) | null>(null);
const FollowUpPanel = lazy(() => import("./FollowUpPanel").then((module) => ({ default: module.FollowUpPanel })));

/** Opens the follow-up panel of a customer in the dock, or brings it back from where it was minimised. */
export function useFollowUp(): (row: CustomerRow) => void {
  const open = useContext(Context);
  if (!open) throw new Error("useFollowUp outside FollowUpProvider");
  return open;
}

export function FollowUpProvider({ children }: { children: ReactNode }) {
  const dock = useDock();
  const open = useCallback(
    (row: CustomerRow) =>
      dock.open({
        id: dockId(row.id),
        title: (
          <>
            <strong>{nameOf(row.name)}</strong>
            <Intent intent={row.intent} />
            <StageTone stage={row.stage} />
          </>
        ),
        content: (
          <Suspense fallback={<Loading rows={3} />}>
            <FollowUpPanel customer={row} onClose={() => dock.close(dockId(row.id))} />
          </Suspense>
        ),
      }),
    [dock],
  );
  return <Context value={open}>{children}</Context>;
}
