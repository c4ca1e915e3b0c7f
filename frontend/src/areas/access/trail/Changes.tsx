import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { EMPTY } from "@/ui/format";
import "./trail.css";

/** Before and after of each field; graded values come masked. */
export function Changes({ changes }: { changes: AuditEntry["changes"] }) {
  const { t } = useTranslation("audit");
  return (
    <table className="lb-changes">
      <thead>
        <tr>
          <th scope="col">{t("change.field")}</th>
          <th scope="col">{t("change.was")}</th>
          <th scope="col">{t("change.now")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, title, was, now }) => (
          <tr key={field}>
            <th scope="row">{title}</th>
            <td className="lb-muted">{was ?? EMPTY}</td>
            <td>{now ?? EMPTY}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
