import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { CustomerRow } from "@/api/types";
import { LIST, TODAY, TOTAL, patchRow } from "./live";
import { useEmployees } from "./useCustomers";
import { nameOf } from "./nameOf";

/** Gives customers to another employee, one request a row; what was refused is said by name and stays selected. */
export function AssignDialog({ rows, onClose }: { rows: readonly CustomerRow[]; onClose: () => void }) {
  const { t } = useTranslation("customers");
  return (
    <Modal open={rows.length > 0} onCancel={onClose} footer={null} title={t("assign.title", { count: rows.length })} width={440} destroyOnHidden>
      <AssignForm rows={rows} onClose={onClose} />
    </Modal>
  );
}

function AssignForm({ rows, onClose }: { rows: readonly CustomerRow[]; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const employees = useEmployees().data?.items ?? [];
  const [ownerId, setOwnerId] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  const submit = async () => {
    if (!ownerId) return;
    setBusy(true);
    const failures: string[] = [];
    for (const row of rows) {
      try {
        const after = await data(
          client.POST("/api/v1/customers/{customer_id}/assign", {
            params: { path: { customer_id: row.id }, header: { ...ifMatch(row.version), "Idempotency-Key": newIdempotencyKey() } },
            body: { ownerId, ...(comment.trim() ? { comment: comment.trim() } : {}) },
          }),
        );
        patchRow(cache, after);
      } catch (error) {
        failures.push(t("assign.refused", { name: nameOf(row.name), reason: isProblem(error) ? error.message : String(error) }));
      }
    }
    setBusy(false);
    setRefused(failures);
    for (const queryKey of [LIST, TODAY, TOTAL, ["get", "/api/v1/customers/{customer_id}"]]) void cache.invalidateQueries({ queryKey });
    const done = rows.length - failures.length;
    if (done > 0) void message.success(t("assign.done", { count: done }));
    if (failures.length === 0) onClose();
  };
  return (
    <div className="lb-stack">
      <Select
        autoFocus
        aria-label={t("assign.person")}
        placeholder={t("assign.person")}
        showSearch={{ optionFilterProp: "label" }}
        value={ownerId}
        onChange={setOwnerId}
        options={employees.map((person) => ({
          value: person.id,
          label: t(person.onDuty ? "assign.onDuty" : "assign.offDuty", { name: person.displayName, unit: person.orgUnit?.name ?? "" }),
        }))}
      />
      <Input.TextArea aria-label={t("assign.comment")} placeholder={t("assign.comment")} autoSize={{ minRows: 2, maxRows: 4 }} maxLength={200} value={comment} onChange={(event) => setComment(event.target.value)} />
      {refused.length > 0 && (
        <ul className="lb-danger" role="alert">
          {refused.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <Button type="primary" disabled={!ownerId} loading={busy} onClick={() => void submit()}>
        {t("assign.submit", { count: rows.length })}
      </Button>
    </div>
  );
}
