import { App, Button, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { client, data, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import { useQueryClient } from "@tanstack/react-query";
import type { CustomerRow, FollowUp } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { useDocked } from "@/ui/Dock";
import { useDraft } from "@/ui/drafts";
import { useKeys, type Bindings } from "@/ui/keys";
import { MomentPick } from "@/ui/MomentPick";
import { useFormat, useNow } from "@/ui/useFormat";
import "./customers.css";
import { dockId } from "./dockId";
import { emptyForm, intents, isUntouched, nextKinds, outcomes, toBody, type FollowUpForm } from "./followUpForm";
import { neighbours } from "./listOrder";
import { customerChanged } from "./live";

/** Records what came of a contact: outcome on 1–6, intent, next action, note. Ctrl+Enter saves; with Shift the next customer opens. */
export function FollowUpPanel({ customer, onClose, onSaved }: { customer: CustomerRow; onClose: () => void; onSaved?: (saved: FollowUp) => void }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const format = useFormat();
  const now = useNow(30_000);
  const docked = useDocked(dockId(customer.id));
  const [form, setForm] = useState<FollowUpForm>({ ...emptyForm, intent: customer.intent });
  const [idempotencyKey] = useState(newIdempotencyKey);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const change = (part: Partial<FollowUpForm>) => setForm((before) => ({ ...before, ...part }));
  const untouched = isUntouched({ ...form, intent: form.intent === customer.intent ? null : form.intent });
  const draft = useDraft(`follow-up.${customer.id}`, form, untouched);

  const save = async (andNext: boolean) => {
    const body = toBody(form);
    if (!body) return setRefusal(t("followUp.outcomeMissing"));
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      const saved = await data(client.POST("/api/v1/customers/{customer_id}/follow-ups", { params: { path: { customer_id: customer.id }, header: { "Idempotency-Key": idempotencyKey } }, body }));
      draft.discard();
      void message.success(t("followUp.saved"));
      void customerChanged(cache, customer.id).catch(() => undefined);
      onSaved?.(saved);
      onClose();
      const { next } = neighbours(customer.id);
      if (andNext && next) await navigate(`/customers/${next}`);
    } catch (error) {
      setRefusal(isProblem(error) ? error.message || t("followUp.failed") : String(error));
      setBusy(false);
    }
  };

  const bindings: Bindings = {
    "ctrl+Enter": { run: () => void save(false), label: t("keys.save") },
    "ctrl+shift+Enter": { run: () => void save(true), label: t("keys.saveNext") },
    Escape: { run: onClose, label: t("keys.close") },
  };
  for (const [index, outcome] of outcomes.entries()) {
    bindings[String(index + 1)] = { run: () => change({ outcome }), label: t(`common:outcome.${outcome}`) };
  }
  useKeys(t("followUp.title"), bindings, docked);

  return (
    <form
      className="lb-followup"
      aria-label={t("followUp.title")}
      onSubmit={(event) => {
        event.preventDefault();
        void save(false);
      }}
    >
      {draft.found && untouched && (
        <p className="lb-row lb-meta">
          {t("followUp.draft", { time: format.relative(draft.found.savedAt, now) })}
          <Button size="small" onClick={() => (setForm(draft.found?.body ?? form), draft.dismiss())}>
            {t("followUp.restore")}
          </Button>
          <Button size="small" type="text" onClick={draft.discard}>
            {t("followUp.discard")}
          </Button>
        </p>
      )}
      <ChipGroup label={t("followUp.outcome")} value={form.outcome} onChange={(outcome) => change({ outcome })} options={outcomes.map((value, index) => ({ value, label: t(`common:outcome.${value}`), hint: String(index + 1) }))} />
      <div className="lb-row lb-row-wrap">
        <ChipGroup label={t("followUp.intent")} value={form.intent ?? null} onChange={(intent) => change({ intent: intent === form.intent ? null : intent })} options={intents.map((value) => ({ value, label: value, title: t(`common:intent.${value}`) }))} />
        <span className="lb-divider" aria-hidden />
        <MomentPick label={t("followUp.next")} value={form.nextActionAt ?? null} onChange={(nextActionAt) => change({ nextActionAt })} />
        {form.nextActionAt && (
          <Select
            aria-label={t("followUp.kind")}
            value={form.nextActionKind ?? "call"}
            onChange={(nextActionKind) => change({ nextActionKind })}
            options={nextKinds.map((value) => ({ value, label: t(`common:nextKind.${value}`) }))}
            style={{ width: 112 }}
          />
        )}
      </div>
      <div className="lb-followup-note">
        <Input.TextArea aria-label={t("followUp.note")} placeholder={t("followUp.note")} autoSize={{ minRows: 1, maxRows: 4 }} maxLength={2000} value={form.note ?? ""} onChange={(event) => change({ note: event.target.value })} />
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("followUp.save")}
        </Button>
        <Button onClick={() => void save(true)} disabled={busy || !neighbours(customer.id).next}>
          {t("followUp.saveNext")}
        </Button>
      </div>
      {refusal ? (
        <p className="lb-danger" role="alert">
          {refusal}
        </p>
      ) : (
        draft.savedAt && <p className="lb-meta lb-faint">{t("followUp.draftSaved", { time: format.relative(draft.savedAt, now) })}</p>
      )}
    </form>
  );
}
