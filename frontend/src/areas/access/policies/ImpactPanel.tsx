import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { PolicyImpact, PolicyIn } from "@/api/types";
import { Figure } from "@/ui/Figure";
import { useMe } from "@/ui/me";
import { Person } from "@/ui/Person";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";

const DAYS = 30;
const reasons = ["ip-refused", "region-refused", "time-refused", "device-limit", "device-unbound", "too-many-sessions", "locked", "session-idle", "session-expired", "session-ended", "account-disabled", "approval-refused", "factor-refused"];

interface ImpactPanelProps {
  draft: PolicyIn;
  busy: boolean;
  onSave: () => void;
  /** The draft itself is refused; its errors stand at the fields. */
  onRefused: (error: unknown) => void;
  onClose: () => void;
}

/** Whom a draft would shut out, judged on the last 30 days, and which live sessions it ends; then it is saved. */
export function ImpactPanel({ draft, busy, onSave, onRefused, onClose }: ImpactPanelProps) {
  const { t } = useTranslation("policies");
  const impact = useQuery({
    queryKey: ["post", "/api/v1/login-policies/impact", draft],
    queryFn: ({ signal }) => data(client.POST("/api/v1/login-policies/impact", { body: { draft, days: DAYS }, signal })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const invalid = isProblem(impact.error) && impact.error.status === 422 ? impact.error : null;
  useEffect(() => {
    if (invalid) onRefused(invalid);
  }, [invalid, onRefused]);
  if (!impact.data) return <StateView state={impact.error ? "error" : "loading"} error={impact.error} onRetry={() => void impact.refetch()} />;
  const harmful = impact.data.peopleRefused > 0 || impact.data.ending.length > 0;
  return (
    <div className="lb-stack">
      <Effect impact={impact.data} />
      <div className="lb-row lb-impact-foot">
        <Button type={harmful ? "default" : "primary"} danger={harmful} loading={busy} onClick={onSave}>
          {impact.data.ending.length > 0 ? t("impact.saveEnding", { count: impact.data.ending.length }) : t("impact.save")}
        </Button>
        <Button onClick={onClose}>{t("impact.back")}</Button>
      </div>
    </div>
  );
}

function Effect({ impact }: { impact: PolicyImpact }) {
  const { t } = useTranslation("policies");
  const { employee } = useMe();
  const format = useFormat();
  const now = useNow(30_000);
  const reason = (code: string) => {
    const name = code.split(".").at(-1) ?? "";
    return reasons.includes(name) ? t(`impact.reason.${name}`) : t("impact.reason.other");
  };
  return (
    <>
      {impact.ending.some((one) => one.employee.id === employee.id) && <Alert type="warning" showIcon title={t("impact.myself")} />}
      <div className="lb-impact-figures">
        <Figure label={t("impact.peopleRefused", { people: format.count(impact.people) })} value={impact.peopleRefused} unit={t("impact.people")} />
        <Figure label={t("impact.refused", { logins: format.count(impact.logins) })} value={impact.refused} unit={t("impact.times")} />
        <Figure label={t("impact.ending", { sessions: format.count(impact.liveSessions) })} value={impact.ending.length} unit={t("impact.sessions")} />
      </div>
      <h3>{t("impact.shutOut", { days: DAYS })}</h3>
      {impact.items.length === 0 ? (
        <p className="lb-muted">{t(impact.logins === 0 ? "impact.noLogins" : "impact.nobody")}</p>
      ) : (
        <ul className="lb-impact-list">
          {impact.items.map((item) => (
            <li key={item.employee.id}>
              <Person person={item.employee} />
              <span>{t("impact.of", { refused: format.count(item.refused), logins: format.count(item.logins) })}</span>
              <span className="lb-row lb-row-wrap">
                {Object.entries(item.reasons).map(([code, times]) => (
                  <Tone key={code} tone="red">
                    {t("impact.reasonTimes", { reason: reason(code), times })}
                  </Tone>
                ))}
                {item.lastRefusedAt && <span className="lb-meta lb-faint">{t("impact.last", { time: format.relative(item.lastRefusedAt, now) })}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3>{t("impact.live")}</h3>
      {impact.ending.length === 0 ? (
        <p className="lb-muted">{t(impact.liveSessions === 0 ? "impact.noSessions" : "impact.noEnding")}</p>
      ) : (
        <ul className="lb-impact-list">
          {impact.ending.map((one) => (
            <li key={one.sessionId}>
              <Person person={one.employee} />
              <span className="lb-muted">{t("impact.where", { client: t(`client.${one.client}`), place: one.place })}</span>
              <span className="lb-meta lb-danger">{one.message}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
