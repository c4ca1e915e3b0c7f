import { useQueryClient } from "@tanstack/react-query";
import { App, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { client, data } from "@/api/client";
import { DayPick } from "@/ui/DayPick";
import { day } from "@/ui/format";
import { SchemaForm } from "@/ui/SchemaForm";
import { TASKS } from "@/ui/shell/tasks";
import { instantOf, toQuery, type AuditFilters } from "./useAudit";

/** The filters of the list, for a span of days, as a CSV made in the background; whoever asks confirms who he is. */
export function ExportDialog({ filters, onClose }: { filters: AuditFilters; onClose: () => void }) {
  const { t } = useTranslation("audit");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const now = serverNow();
  const others = Object.entries(filters).filter(([key, value]) => value && key !== "from" && key !== "to").length;
  return (
    <Modal open title={t("export.title")} onCancel={onClose} footer={null} width={480} destroyOnHidden>
      <SchemaForm
        fields={[
          { name: "from", label: t("export.from"), required: true, control: <DayPick past /> },
          { name: "to", label: t("export.to"), required: true, control: <DayPick past /> },
        ]}
        initial={{ from: filters.from ?? day(now - 29 * 86_400_000), to: filters.to ?? day(now) }}
        submitLabel={t("export.submit")}
        note={<p className="lb-meta lb-muted">{t(others > 0 ? "export.noteFiltered" : "export.note", { count: others })}</p>}
        onCancel={onClose}
        submit={({ from, to }, idempotencyKey) => {
          const { from: _from, to: _to, cursor: _cursor, limit: _limit, ...conditions } = toQuery(filters);
          return data(client.POST("/api/v1/audit/exports", { params: { header: { "Idempotency-Key": idempotencyKey } }, body: { ...conditions, from: instantOf(from ?? ""), to: instantOf(to ?? "", true) } }));
        }}
        onDone={() => {
          void cache.invalidateQueries({ queryKey: TASKS });
          void message.success(t("export.started"));
          onClose();
        }}
      />
    </Modal>
  );
}
