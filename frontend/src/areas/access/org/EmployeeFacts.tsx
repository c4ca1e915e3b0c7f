import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { EmployeeDetail } from "@/api/types";
import { Facts } from "@/ui/Facts";
import { EMPTY } from "@/ui/format";
import { useCan } from "@/ui/me";
import { Masked } from "@/ui/Reveal";
import { useFormat, useNow } from "@/ui/useFormat";

/** Who somebody is and how his account stands. */
export function EmployeeFacts({ employee }: { employee: EmployeeDetail }) {
  const { t } = useTranslation("org");
  const can = useCan();
  const format = useFormat();
  const now = useNow(30_000);
  const moment = (at: string | null) => at && <span title={format.exact(at)}>{format.relative(at, now)}</span>;
  const factors = [employee.factors.totp ? t("factor.totp") : "", employee.factors.passkeys > 0 ? t("factor.passkeys", { count: employee.factors.passkeys }) : ""].filter(Boolean);
  const roles = employee.roles.map(({ id, name }) => (
    <span key={id}>{can("access.roles.manage") ? <Link to={`/settings/roles/${id}`}>{name}</Link> : name}</span>
  ));
  return (
    <Facts
      facts={[
        { key: "employeeNo", label: t("column.employeeNo"), value: employee.employeeNo },
        { key: "username", label: t("column.username"), value: employee.username },
        { key: "unit", label: t("column.unit"), value: <Link to={`/settings/org?unitId=${employee.orgUnit.id}`}>{employee.orgUnit.name}</Link> },
        { key: "roles", label: t("column.roles"), value: roles.length > 0 ? <span className="lb-row lb-row-wrap">{roles}</span> : <span className="lb-warning">{t("page.noRole")}</span> },
        { key: "phone", label: t("form.phone"), value: employee.phone ? <Masked value={employee.phone} /> : EMPTY },
        { key: "duty", label: t("column.duty"), value: t(employee.onDuty ? "duty.on" : "duty.off") },
        { key: "factors", label: t("fact.factors"), value: factors.length > 0 ? factors.join(t("page.comma")) : t("factor.none") },
        { key: "password", label: t("fact.password"), value: t(employee.mustChangePassword ? "fact.mustChange" : "fact.passwordOwn") },
        { key: "lastLogin", label: t("fact.lastLogin"), value: moment(employee.lastLoginAt) ?? t("fact.never") },
        ...(employee.lockedUntil ? [{ key: "locked", label: t("fact.lockedUntil"), value: <span className="lb-danger">{moment(employee.lockedUntil)}</span> }] : []),
        ...(employee.leftAt ? [{ key: "left", label: t("fact.leftAt"), value: moment(employee.leftAt) }] : []),
      ]}
    />
  );
}
