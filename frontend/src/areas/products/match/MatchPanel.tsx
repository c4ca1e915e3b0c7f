import { App, Button } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { client, data, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Customer, MatchItem } from "@/api/types";
import { useCities } from "@/areas/customers/useCustomers";
import { useQualification, useQualificationFields, useRecord } from "@/areas/customers/useQualification";
import { findAction } from "@/ui/ActionButton";
import { useCan } from "@/ui/me";
import { factText, type Facts } from "@/ui/qualification";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { MatchResults } from "./MatchResults";
import { NO_WISH, useCustomerMatch, useSettled, type Wish } from "./useMatch";
import { WishBar } from "./WishBar";
import "./match.css";

/** Which products fit this customer. What is answered here is tried first and saved to the qualification only on demand. */
export function MatchPanel({ customer }: { customer: Customer }) {
  const { t } = useTranslation(["match", "ui"]);
  const format = useFormat();
  const { message } = App.useApp();
  const fields = useQualificationFields();
  const known = useQualification(customer.id);
  const cities = useCities().data?.items ?? [];
  const record = useRecord(customer.id);
  const can = useCan();
  const [wish, setWish] = useState<Wish>(NO_WISH);
  const [tried, setTried] = useState<Facts>({});
  const [saving, setSaving] = useState(false);
  const match = useCustomerMatch(customer.id, tried, useSettled(wish));
  const byCode = useMemo(() => new Map((fields.data?.items ?? []).map((field) => [field.code, field])), [fields.data]);
  const editable = findAction(customer.allowedActions, "edit")?.allowed === true;
  const failed = fields.error ?? match.error;
  if (!fields.data || !match.data || known.isPending) {
    return <StateView state={failed ? "error" : "loading"} error={failed} onRetry={() => void Promise.all([fields.refetch(), match.refetch()])} />;
  }
  const saved = (code: string) => (known.data?.fields.find((entry) => entry.field === code)?.value as number | undefined) ?? null;
  const drop = (code: string) => setTried(({ [code]: _dropped, ...others }) => others);
  const save = async () => {
    setSaving(true);
    try {
      await record(tried, "stated");
      setTried({});
      void message.success(t("tried.saved"));
    } catch (error) {
      void message.error(isProblem(error) ? (error.errors[0]?.message ?? error.message) : String(error));
    } finally {
      setSaving(false);
    }
  };
  const codes = Object.keys(tried);
  return (
    <div className="lb-stack">
      <WishBar key={known.data?.version ?? 0} wish={wish} fields={byCode} known={{ amountFen: saved("wantedAmount"), months: saved("wantedMonths") }} onChange={setWish} />
      {codes.length > 0 && (
        <div className="lb-match-tried" role="status">
          <span>{t("tried.label")}</span>
          {codes.map((code) => {
            const field = byCode.get(code);
            const text = field ? factText(field, tried[code], cities, format.english, (key, values) => String(t(key, { ...values }))) : "";
            return (
              <button key={code} type="button" className="lb-chip" data-active onClick={() => drop(code)} aria-label={t("tried.drop", { title: field?.title ?? code, value: text })}>
                {t("tried.fact", { title: field?.title ?? code, value: text })} ×
              </button>
            );
          })}
          {editable && (
            <Button size="small" loading={saving} onClick={() => void save()}>
              {t("tried.save")}
            </Button>
          )}
          <Button size="small" type="text" onClick={() => setTried({})}>
            {t("tried.reset")}
          </Button>
        </div>
      )}
      {match.error && <StateView state="error" error={match.error} onRetry={() => void match.refetch()} />}
      <MatchResults
        match={match.data}
        busy={match.isFetching}
        fields={byCode}
        cities={cities}
        onAnswer={(field, value) => setTried((before) => ({ ...before, [field]: value }))}
        actions={can("pipeline.create") ? (item) => item.verdict !== "no" && <OpenCase customer={customer} item={item} /> : undefined}
      />
    </div>
  );
}

/** Opens a case for the customer with this version of the product, and goes to it. */
function OpenCase({ customer, item }: { customer: Customer; item: MatchItem }) {
  const { t } = useTranslation("match");
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const idempotencyKey = useRef("");
  const { amountFen } = item;
  if (amountFen === null) return null;
  const open = async () => {
    setBusy(true);
    idempotencyKey.current ||= newIdempotencyKey();
    try {
      const body = { customerId: customer.id, productVersionId: item.versionId, wantedFen: amountFen, wantedMonths: item.months };
      const made = await data(client.POST("/api/v1/cases", { params: { header: { "Idempotency-Key": idempotencyKey.current } }, body }));
      await navigate(`/cases/${made.id}`);
    } catch (error) {
      void message.error(isProblem(error) ? (error.errors[0]?.message ?? error.message) : String(error));
      setBusy(false);
    }
  };
  return (
    <Button size="small" loading={busy} onClick={() => void open()}>
      {t("row.openCase")}
    </Button>
  );
}
