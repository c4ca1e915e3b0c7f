import { RightOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useQualification } from "@/areas/customers/useQualification";
import type { Facts } from "@/ui/qualification";
import { usePhone } from "@/theme/mode";
import { Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { NO_WISH, useFactsMatch } from "./useMatch";
import { useRates } from "./useRates";
import "./match.css";

const TOP = 3;

/** The three products that cost the customer least, for the side of the customer's page. Nothing is kept of it. */
export function TopProducts({ customerId, onAll }: { customerId: string; onAll: () => void }) {
  const { t } = useTranslation("match");
  const format = useFormat();
  const rates = useRates();
  const known = useQualification(customerId);
  const facts = useMemo(() => Object.fromEntries((known.data?.fields ?? []).map(({ field, value }) => [field, value])) as Facts, [known.data]);
  const some = Object.keys(facts).length > 0;
  const match = useFactsMatch(facts, NO_WISH, some);
  const fitting = match.data?.items.filter(({ verdict }) => verdict === "yes").slice(0, TOP) ?? [];
  const phone = usePhone();
  const error = known.error ?? match.error;
  const all = (
    <Button size="small" type="text" onClick={onAll}>
      {t("top.all")}
    </Button>
  );
  if (phone && match.data && !error) {
    const [best] = fitting;
    return (
      <section className="lb-card">
        <button type="button" className="lb-plain lb-match-brief" onClick={onAll}>
          <span>{t("top.brief", { count: match.data.counts.yes, unknown: match.data.counts.unknown })}</span>
          {best && <span className="lb-muted lb-ellipsis lb-grow">{best.productName}</span>}
          {best && best.amountFen !== null && <strong>{format.money(best.amountFen)}</strong>}
          <RightOutlined />
        </button>
      </section>
    );
  }
  return (
    <Section title={t("top.title")} extra={some ? all : null}>
      {error ? (
        <StateView state="error" error={error} onRetry={() => void Promise.all([known.refetch(), match.refetch()])} />
      ) : known.isPending || (some && !match.data) ? (
        <StateView state="loading" />
      ) : !match.data ? (
        <p className="lb-muted">{t("top.nothingKnown")}</p>
      ) : (
        <>
          {fitting.length === 0 && <p className="lb-muted">{t("top.none", { unknown: match.data.counts.unknown, near: match.data.counts.near })}</p>}
          <ol className="lb-match-top">
            {fitting.map((item) => (
              <li key={item.versionId}>
                <span className="lb-row lb-between">
                  <span className="lb-ellipsis">{item.productName}</span>
                  {item.amountFen !== null && <strong>{format.money(item.amountFen)}</strong>}
                </span>
                <span className="lb-meta lb-muted">
                  {[rates.annual(item.nominal), item.instalmentFen === null ? null : t("cost.pay", { money: format.money(item.instalmentFen) })].filter(Boolean).join(" · ")}
                </span>
              </li>
            ))}
          </ol>
          {match.data.ask && <p className="lb-warning">{t("top.ask", { title: match.data.ask.title, count: match.data.ask.decides })}</p>}
        </>
      )}
    </Section>
  );
}
