import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { EmployeeDetail } from "@/api/types";
import { DetailPage } from "@/ui/DetailPage";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { Avatar } from "@/ui/Person";
import { StateView } from "@/ui/StateView";
import { LoginRecords } from "../logins/LoginRecords";
import { EmployeeActions } from "./EmployeeActions";
import { EmployeeFacts } from "./EmployeeFacts";
import { EmployeeLogins } from "./EmployeeLogins";
import { AccountTone, LockedTone } from "./StaffTones";
import { useEmployee } from "./useOrg";
import "./org.css";

export function EmployeePage() {
  const { t } = useTranslation("org");
  const { employeeId = "" } = useParams();
  const employee = useEmployee(employeeId);
  if (!employee.data) {
    return (
      <Page title={t("page.employee")} bare>
        <StateView state={employee.error ? "error" : "loading"} error={employee.error} onRetry={() => void employee.refetch()} />
      </Page>
    );
  }
  return <Known employee={employee.data} />;
}

function Known({ employee }: { employee: EmployeeDetail }) {
  const { t } = useTranslation("org");
  const can = useCan();
  const tabs = can("access.sessions.manage")
    ? [
        { key: "logins", label: t("tab.logins"), content: <EmployeeLogins employeeId={employee.id} /> },
        { key: "records", label: t("tab.records"), content: <div className="lb-tab-table"><LoginRecords employeeId={employee.id} /></div> },
      ]
    : [{ key: "logins", label: t("tab.logins"), content: <StateView state="forbidden" detail={t("logins.forbidden")} /> }];
  return (
    <DetailPage
      title={t("page.employee")}
      head={
        <>
          <Link to="/settings/org" className="lb-muted">
            {t("title")}
          </Link>
          <span className="lb-faint" aria-hidden>
            /
          </span>
          <EmployeeName employee={employee} />
        </>
      }
      actions={<EmployeeActions employee={employee} />}
      facts={<EmployeeFacts employee={employee} />}
      tabs={tabs}
    />
  );
}

function EmployeeName({ employee }: { employee: EmployeeDetail }) {
  return (
    <>
      <Avatar id={employee.id} name={employee.displayName} size={24} away={!employee.active} />
      <h1>{employee.displayName}</h1>
      <AccountTone active={employee.active} left={employee.leftAt !== null} />
      {employee.lockedUntil && <LockedTone until={employee.lockedUntil} />}
    </>
  );
}
