import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./arrival.css";

export interface Arrival {
  id: string;
  text: ReactNode;
  actions: ReactNode;
}
const SHOWN = 3;

/** New customers, three at most, then "+5"; focus is never taken; each stays until acted on. */
export function ArrivalToasts({ arrivals, onLater }: { arrivals: readonly Arrival[]; onLater: (id: string) => void }) {
  const { t } = useTranslation("ui");
  return (
    <div className="lb-arrivals" role="region" aria-label={t("arrival.label")} aria-live="polite">
      {arrivals.length > SHOWN && <span className="lb-arrival-more">{t("arrival.more", { count: arrivals.length - SHOWN })}</span>}
      {arrivals.slice(-SHOWN).map((arrival) => (
        <div key={arrival.id} className="lb-arrival">
          <strong className="lb-meta lb-muted">{t("arrival.title")}</strong>
          <div className="lb-row lb-row-wrap">{arrival.text}</div>
          <div className="lb-row">
            {arrival.actions}
            <Button size="small" type="text" onClick={() => onLater(arrival.id)}>
              {t("arrival.later")}
            </Button>
          </div>
        </div>
      ))}
    </div>
  );
}
