import { App, Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { client, data, newIdempotencyKey } from "@/api/client";
import { serverNow } from "@/api/clock";
import { isProblem } from "@/api/problem";
import { useQueryClient } from "@tanstack/react-query";
import type { CustomerRow, FollowUp } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import { useDocked } from "@/ui/Dock";
import { useDraft } from "@/ui/drafts";
import { fromWall } from "@/ui/format";
import { useKeys, type Bindings } from "@/ui/keys";
import { useFormat, useNow } from "@/ui/useFormat";
import "./customers.css";
import { dockId } from "./dockId";
import { emptyForm, intents, isUntouched, nextKinds, outcomes, presets, presetTime, toBody, type FollowUpForm } from "./followUpForm";
import { neighbours } from "./listOrder";
import { customerChanged } from "./live";

/** Records what came of a contact: outcome on 1–6, intent, next action, note. Ctrl+Enter saves; with Shift the next customer opens. */
export function FollowUpPanel({ customer, onClose, onSaved }: { customer: CustomerRow; onClose: () => void; onSaved?: (saved: FollowUp) => void }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const phone = usePhone();
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

  const times = presets.map((preset) => ({ preset, at: presetTime(preset, serverNow()) }));
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
        <ChipGroup
          label={t("followUp.next")}
          value={null}
          onChange={(preset) => change({ nextActionAt: times.find((entry) => entry.preset === preset)?.at ?? null })}
          options={times.filter(({ at }) => at !== null).map(({ preset }) => ({ value: preset, label: t(`followUp.preset.${preset}`) }))}
        />
        <DatePicker
          showTime={{ format: "HH:mm", minuteStep: 5 }}
          format="MM-DD HH:mm"
          placeholder={t("followUp.pick")}
          aria-label={t("followUp.pick")}
          inputReadOnly={phone}
          value={form.nextActionAt ? inShanghai(form.nextActionAt) : null}
          onChange={(picked) => change({ nextActionAt: picked ? new Date(fromWall(picked.year(), picked.month() + 1, picked.date(), picked.hour(), picked.minute())).toISOString() : null })}
        />
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

/** The picker works on the browser's wall clock; this shows it Shanghai's. */
function inShanghai(iso: string) {
  const shifted = new Date(Date.parse(iso) + 8 * 3600_000);
  return dayjs(new Date(shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate(), shifted.getUTCHours(), shifted.getUTCMinutes()));
}
