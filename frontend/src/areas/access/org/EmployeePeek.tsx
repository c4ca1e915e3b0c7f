import { StateView } from "@/ui/StateView";
import { Avatar } from "@/ui/Person";
import { EmployeeActions } from "./EmployeeActions";
import { EmployeeFacts } from "./EmployeeFacts";
import { AccountTone, LockedTone } from "./StaffTones";
import { useEmployee } from "./useOrg";

/** An employee beside the list: what the page shows first. */
export function EmployeePeek({ employeeId }: { employeeId: string }) {
  const employee = useEmployee(employeeId);
  if (!employee.data) return <StateView state={employee.error ? "error" : "loading"} error={employee.error} onRetry={() => void employee.refetch()} />;
  const { displayName, id, active, leftAt, lockedUntil } = employee.data;
  return (
    <>
      <span className="lb-row lb-row-wrap">
        <Avatar id={id} name={displayName} size={32} away={!active} />
        <h2>{displayName}</h2>
        <AccountTone active={active} left={leftAt !== null} />
        {lockedUntil && <LockedTone until={lockedUntil} />}
      </span>
      <div className="lb-row lb-row-wrap">
        <EmployeeActions employee={employee.data} />
      </div>
      <EmployeeFacts employee={employee.data} />
    </>
  );
}
