import { App, Button, Drawer } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { client, data, ifMatch } from "@/api/client";
import { isProblem } from "@/api/problem";
import { LIST, TOTAL } from "@/areas/customers/live";
import { useCities } from "@/areas/customers/useCustomers";
import { useQualificationFields } from "@/areas/customers/useQualification";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { useLeaveGuard } from "@/ui/leaveGuard";
import { Page, Section } from "@/ui/Page";
import type { Facts } from "@/ui/qualification";
import { scrollToTop } from "@/ui/scrollTo";
import { SchemaForm } from "@/ui/SchemaForm";
import { StateView } from "@/ui/StateView";
import { FactsForm } from "./FactsForm";
import { MatchResults } from "./MatchResults";
import { NO_WISH, useFactsMatch, useSettled, type Wish } from "./useMatch";
import { WishBar } from "./WishBar";
import "./match.css";

const known = (facts: Facts): Facts => Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));

/** A walk-in's what-if: typed, matched, forgotten, unless they are kept as a customer. Nothing goes into the address. */
export function MatchPage() {
  const { t } = useTranslation("match");
  const phone = usePhone();
  const navigate = useNavigate();
  const fields = useQualificationFields();
  const cities = useCities().data?.items ?? [];
  const [facts, setFacts] = useState<Facts>({});
  const [typing, setTyping] = useState(0);
  const [wish, setWish] = useState<Wish>(NO_WISH);
  const [keeping, setKeeping] = useState(false);
  const given = useMemo(() => known(facts), [facts]);
  const some = Object.keys(given).length > 0;
  const match = useFactsMatch(useSettled(given), wish, some);
  const results = useRef<HTMLDivElement>(null);
  const byCode = useMemo(() => new Map((fields.data?.items ?? []).map((field) => [field.code, field])), [fields.data]);
  const refusals = useMemo(() => {
    if (!isProblem(match.error)) return {};
    return Object.fromEntries(match.error.errors.flatMap(({ pointer, message }) => (pointer.includes("/facts/") ? [[pointer.split("/").at(-1) ?? "", message]] : [])));
  }, [match.error]);
  const elsewhere = match.error && Object.keys(refusals).length === 0;
  if (!fields.data) {
    return (
      <Page title={t("page.title")}>
        <StateView state={fields.error ? "error" : "loading"} error={fields.error} onRetry={() => void fields.refetch()} />
      </Page>
    );
  }
  const reset = () => {
    setFacts({});
    setTyping(typing + 1);
  };
  return (
    <Page
      title={t("page.title")}
      actions={
        <>
          {some && <Button onClick={reset}>{t("page.reset")}</Button>}
          <Can permission="customers.create">
            <Button type="primary" disabled={!some} onClick={() => setKeeping(true)}>
              {t("page.keep")}
            </Button>
          </Can>
        </>
      }
    >
      <div className="lb-match-page">
        <Section title={t("facts.title")} extra={<span className="lb-meta lb-muted">{t("page.notKept")}</span>}>
          <FactsForm key={typing} fields={fields.data.items} facts={facts} cities={cities} refusals={refusals} onChange={(code, value) => setFacts((before) => ({ ...before, [code]: value }))} />
        </Section>
        <div ref={results}>
          <Section>
            <WishBar aimOnly wish={wish} fields={byCode} onChange={setWish} />
            {elsewhere ? (
              <StateView state="error" error={match.error} onRetry={() => void match.refetch()} />
            ) : !some ? (
              <StateView title={t("page.empty")} detail={t("page.emptyDetail")} />
            ) : match.data ? (
              <MatchResults
                match={match.data}
                busy={match.isFetching}
                fields={byCode}
                cities={cities}
                onAnswer={(code, value) => {
                  setFacts((before) => ({ ...before, [code]: value }));
                  setTyping((before) => before + 1);
                }}
              />
            ) : (
              <StateView state="loading" />
            )}
          </Section>
        </div>
      </div>
      {phone && some && match.data && (
        <footer className="lb-match-bar">
          <Button block onClick={() => scrollToTop(results.current)}>
            {t("page.see", { count: match.data.counts.yes, unknown: match.data.counts.unknown })}
          </Button>
        </footer>
      )}
      {/* The form of the drawer guards itself. */}
      {!keeping && <Guard unsaved={some} />}
      <Drawer open={keeping} onClose={() => setKeeping(false)} title={t("page.keep")} size={phone ? "100%" : 420} destroyOnHidden>
        <KeepCustomer
          facts={given}
          onCancel={() => setKeeping(false)}
          onKept={(id) => void navigate(`/customers/${id}?tab=qualification`)}
        />
      </Drawer>
    </Page>
  );
}

function Guard({ unsaved }: { unsaved: boolean }) {
  useLeaveGuard(unsaved);
  return null;
}

/** Makes the walk-in a customer and records what was said. A customer once made is not made again when recording fails. */
function KeepCustomer({ facts, onKept, onCancel }: { facts: Facts; onKept: (customerId: string) => void; onCancel: () => void }) {
  const { t } = useTranslation("match");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const made = useRef<string | null>(null);
  return (
    <SchemaForm
      fields={[
        { name: "name", label: t("keep.name"), required: true, maxLength: 50 },
        { name: "phone", label: t("keep.phone"), kind: "phone", required: true, maxLength: 20 },
      ]}
      submitLabel={t("keep.submit")}
      note={<p className="lb-meta lb-muted">{t("keep.note", { count: Object.keys(facts).length })}</p>}
      submit={async (values, idempotencyKey) => {
        made.current ??= (await data(client.POST("/api/v1/customers", { params: { header: { "Idempotency-Key": idempotencyKey } }, body: { name: values.name ?? "", phone: values.phone ?? "" } }))).id;
        const path = { customer_id: made.current };
        const before = await data(client.GET("/api/v1/customers/{customer_id}/qualification", { params: { path } }));
        await data(client.PATCH("/api/v1/customers/{customer_id}/qualification", { params: { path, header: ifMatch(before.version) }, body: { values: facts, source: "stated" } }));
        return made.current;
      }}
      onCancel={onCancel}
      onDone={(id) => {
        for (const queryKey of [LIST, TOTAL]) void cache.invalidateQueries({ queryKey });
        void message.success(t("keep.done"));
        onKept(id);
      }}
    />
  );
}
