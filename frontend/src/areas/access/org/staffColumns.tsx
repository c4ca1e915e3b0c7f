import type { TFunction } from "i18next";
import { Link } from "react-router";
import type { Employee } from "@/api/types";
import { Person } from "@/ui/Person";
import type { Column } from "@/ui/table/column";
import { AccountTone } from "./StaffTones";

/** The one list of columns of an employee: table, cards and chooser. */
export function staffColumns(t: TFunction): Column<Employee>[] {
  const words = (key: string) => String(t(key));
  const comma = words("org:page.comma");
  const roles = (row: Employee) => row.roles.map(({ name }) => name).join(comma);
  return [
    {
      key: "name",
      title: words("org:column.name"),
      width: 148,
      kind: "person",
      pin: "left",
      card: "title",
      render: (row) => (
        <Link to={`/settings/org/${row.id}`} className="lb-ellipsis" style={{ fontWeight: 500 }}>
          <Person person={row} away={!row.active} />
        </Link>
      ),
    },
    { key: "employeeNo", title: words("org:column.employeeNo"), width: 88, card: "meta", render: (row) => row.employeeNo },
    { key: "username", title: words("org:column.username"), width: 128, card: "meta", render: (row) => <span className="lb-ellipsis">{row.username}</span> },
    { key: "unit", title: words("org:column.unit"), width: 148, card: "next", render: (row) => <span className="lb-ellipsis">{row.orgUnit.name}</span> },
    { key: "roles", title: words("org:column.roles"), width: 200, kind: "tags", card: "next", render: (row) => (row.roles.length > 0 ? <span className="lb-ellipsis" title={roles(row)}>{roles(row)}</span> : <span className="lb-warning">{words("org:page.noRole")}</span>) },
    { key: "state", title: words("org:column.state"), width: 92, card: "mark", render: (row) => <AccountTone active={row.active} />, renderCard: (row) => !row.active && <AccountTone active={false} /> },
    { key: "duty", title: words("org:column.duty"), width: 72, card: "amount", render: (row) => (row.onDuty ? <span className="lb-success">{words("org:duty.on")}</span> : <span className="lb-faint">{words("org:duty.off")}</span>), renderCard: (row) => row.onDuty && <span className="lb-success lb-meta">{words("org:duty.on")}</span> },
  ];
}
