import { CheckOutlined, ExclamationCircleOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Action, Case, MissingCondition } from "@/api/types";
import { useCities } from "@/areas/customers/useCustomers";
import { useQualificationFields, useRecord } from "@/areas/customers/useQualification";
import { ReceiptForm } from "@/areas/finance/ReceiptForm";
import { ActionButton } from "@/ui/ActionButton";
import { useCan } from "@/ui/me";
import type { FactValue } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { Loading } from "@/ui/StateView";
import { DecisionForm, DisbursementForm, SubmissionForm, TermsForm } from "./forms";
import { caseChanged } from "./live";
import { suppliable } from "./targets";

const keyOf = ({ kind, field, document }: MissingCondition) => `${kind}.${field ?? document ?? ""}`;
/** The action on the case that a condition's form performs. */
const actionOf: Record<string, string> = { document: "edit", product: "edit", fee_agreed: "edit", submission: "submit", approved: "submit", disbursed: "disburse" };

/** What is missing, each with the little form that supplies it; one is open at a time. */
export function MissingList({ found, missing, openFirst = false }: { found: Case; missing: readonly MissingCondition[]; openFirst?: boolean }) {
  const first = missing.find((item) => suppliable(item) && item.kind !== "document");
  const [open, setOpen] = useState<string | null>(openFirst && first ? keyOf(first) : null);
  return (
    <ul className="lb-missing">
      {missing.map((item) => {
        const key = keyOf(item);
        return <MissingItem key={key} found={found} item={item} open={open === key} onOpen={() => setOpen(key)} onClose={() => setOpen(null)} />;
      })}
    </ul>
  );
}

interface ItemProps {
  found: Case;
  item: MissingCondition;
  open: boolean;
  onOpen: () => void;
  onClose: () => void;
}
function MissingItem({ found, item, open, onOpen, onClose }: ItemProps) {
  const { t } = useTranslation("pipeline");
  const can = useCan();
  const action = actionOf[item.kind];
  const money = item.kind === "receipt" || item.kind === "settled_fee";
  const offered = suppliable(item) && (!money || can("finance.record"));
  return (
    <li>
      <div className="lb-row lb-between">
        <span className="lb-row">
          <ExclamationCircleOutlined className="lb-warning" />
          {item.message}
        </span>
        {!open && item.kind === "document" && <DocumentButton found={found} name={item.document ?? ""} />}
        {!open && offered && item.kind !== "document" && <Fill actions={found.allowedActions} action={action} onClick={onOpen} label={t("missing.fill")} />}
      </div>
      {open && (
        <div className="lb-missing-form">
          <Supply found={found} item={item} onDone={onClose} onCancel={onClose} />
        </div>
      )}
    </li>
  );
}

function Fill({ actions, action, onClick, label }: { actions: readonly Action[]; action: string | undefined; onClick: () => void; label: string }) {
  if (!action) {
    return (
      <Button size="small" onClick={onClick}>
        {label}
      </Button>
    );
  }
  return (
    <ActionButton actions={actions} action={action} size="small" onClick={onClick}>
      {label}
    </ActionButton>
  );
}

/** One click: the document is there. */
function DocumentButton({ found, name }: { found: Case; name: string }) {
  const { t } = useTranslation("pipeline");
  const set = useDocument(found);
  return (
    <ActionButton actions={found.allowedActions} action="edit" size="small" icon={<CheckOutlined />} loading={set.busy} onClick={() => void set.put(name, true)}>
      {t("document.received")}
    </ActionButton>
  );
}

/** Ticks a document of a case, or takes the tick back. */
export function useDocument(found: Pick<Case, "id" | "customer">) {
  const { t } = useTranslation("pipeline");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const put = async (name: string, received: boolean) => {
    setBusy(true);
    const at = { params: { path: { case_id: found.id, name } } };
    try {
      await (received ? client.PUT("/api/v1/cases/{case_id}/documents/{name}", at) : client.DELETE("/api/v1/cases/{case_id}/documents/{name}", at));
      await caseChanged(cache, found.id, found.customer.id);
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("document.failed"));
    } finally {
      setBusy(false);
    }
  };
  return { busy, put };
}

function Supply({ found, item, onDone, onCancel }: { found: Case; item: MissingCondition; onDone: () => void; onCancel: () => void }) {
  const props = { row: found, onDone, onCancel };
  if (item.kind === "field") return <FieldSupply found={found} code={item.field ?? ""} onDone={onDone} />;
  if (item.kind === "product") return <TermsForm only="product" {...props} />;
  if (item.kind === "fee_agreed") return <TermsForm only="fee" {...props} />;
  if (item.kind === "disbursed") return <DisbursementForm submissions={found.submissions} {...props} />;
  if (item.kind === "receipt" || item.kind === "settled_fee") return <ReceiptForm row={found} outstandingFen={found.outstandingFen} onDone={onDone} onCancel={onCancel} />;
  const waiting = found.submissions.find(({ state }) => state === "submitted" || state === "supplement");
  if (item.kind === "approved" && waiting) return <DecisionForm submission={waiting} {...props} />;
  return <SubmissionForm {...props} />;
}

/** A fact of the customer, by the control that its kind has everywhere. */
function FieldSupply({ found, code, onDone }: { found: Case; code: string; onDone: () => void }) {
  const { t } = useTranslation("pipeline");
  const cache = useQueryClient();
  const fields = useQualificationFields();
  const cities = useCities();
  const record = useRecord(found.customer.id);
  const [value, setValue] = useState<FactValue | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = fields.data?.items.find((one) => one.code === code);
  if (!field) return <Loading rows={1} />;
  const save = async (meant: FactValue | null) => {
    if (meant === null || busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await record({ [code]: meant }, "stated");
      await caseChanged(cache, found.id, found.customer.id);
      onDone();
    } catch (error) {
      setRefusal(isProblem(error) ? (error.errors[0]?.message ?? error.message) : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="lb-row lb-row-wrap">
      <QualificationInput field={field} value={value} cities={cities.data?.items ?? []} autoFocus refusal={refusal} onChange={setValue} onDone={(meant) => void save(meant)} />
      <Button type="primary" loading={busy} disabled={value === null} onClick={() => void save(value)}>
        {t("form.save")}
      </Button>
    </div>
  );
}
