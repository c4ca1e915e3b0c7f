import type { EmployeeDetail } from "@/api/types";
import { ActionBar } from "@/ui/ActionBar";
import { useEmployeeActs } from "./useEmployeeActs";

/** What the server lets one do to this account, with the dialogs that belong to it. */
export function EmployeeActions({ employee }: { employee: EmployeeDetail }) {
  const { acts, dialogs } = useEmployeeActs(employee);
  return (
    <>
      <ActionBar acts={acts} />
      {dialogs}
    </>
  );
}
