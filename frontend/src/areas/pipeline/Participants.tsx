import { CloseOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Case } from "@/api/types";
import { useEmployees } from "@/areas/customers/useCustomers";
import { findAction } from "@/ui/ActionButton";
import { useCan } from "@/ui/me";
import { Person } from "@/ui/Person";
import { caseChanged } from "./live";

type Part = Case["participants"][number]["part"];
const parts = ["inviter", "negotiator", "submission", "collateral", "finance"] as const satisfies readonly Part[];

/** Who works on the case besides its owner, and as what. */
export function Participants({ found }: { found: Case }) {
  const { t } = useTranslation("pipeline");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const can = useCan();
  const editable = findAction(found.allowedActions, "edit")?.allowed === true && can("access.employees.view");
  const employees = useEmployees(editable).data?.items ?? [];
  const [part, setPart] = useState<Part>("negotiator");
  const [busy, setBusy] = useState(false);
  const put = async (people: { employeeId: string; part: Part }[]) => {
    setBusy(true);
    try {
      await data(client.PUT("/api/v1/cases/{case_id}/participants", { params: { path: { case_id: found.id } }, body: { participants: people } }));
      await caseChanged(cache, found.id);
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("participants.failed"));
    } finally {
      setBusy(false);
    }
  };
  const now = found.participants.map(({ employee, part: role }) => ({ employeeId: employee.id, part: role }));
  return (
    <div className="lb-stack lb-stack-tight">
      {found.participants.length === 0 && <p className="lb-muted">{t("participants.none")}</p>}
      <ul className="lb-stack lb-stack-tight">
        {found.participants.map(({ employee, part: role }) => (
          <li key={`${employee.id}.${role}`} className="lb-row lb-between">
            <Person person={employee} />
            <span className="lb-row lb-muted">
              {t(`part.${role}`)}
              {editable && (
                <Button type="text" size="small" icon={<CloseOutlined />} disabled={busy} aria-label={t("participants.remove", { name: employee.displayName })} onClick={() => void put(now.filter((one) => one.employeeId !== employee.id || one.part !== role))} />
              )}
            </span>
          </li>
        ))}
      </ul>
      {editable && (
        <div className="lb-row">
          <Select value={part} disabled={busy} onChange={setPart} aria-label={t("participants.part")} options={parts.map((value) => ({ value, label: t(`part.${value}`) }))} style={{ width: 88 }} />
          <Select<string | null>
            className="lb-grow"
            value={null}
            disabled={busy}
            aria-label={t("participants.add")}
            placeholder={t("participants.add")}
            showSearch={{ optionFilterProp: "label" }}
            options={employees.filter(({ id }) => !now.some((one) => one.employeeId === id && one.part === part)).map(({ id, displayName }) => ({ value: id, label: displayName }))}
            onChange={(employeeId) => employeeId && void put([...now, { employeeId, part }])}
          />
        </div>
      )}
    </div>
  );
}
