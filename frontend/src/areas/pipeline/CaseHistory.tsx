import { useTranslation } from "react-i18next";
import { span } from "@/ui/format";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { Timeline, type Moment } from "@/ui/Timeline";
import { Tone } from "@/ui/Tone";
import { useHistory } from "./useCases";

/** Every move: who, when, why, and how long it had been in the stage before. */
export function CaseHistory({ caseId }: { caseId: string }) {
  const { t } = useTranslation("pipeline");
  const words = (key: string, values?: Record<string, unknown>) => String(t(key, { ...values }));
  const history = useHistory(caseId);
  if (!history.data) return <StateView state={history.error ? "error" : "loading"} error={history.error} onRetry={() => void history.refetch()} />;
  const moments: Moment[] = history.data.items.map((event) => ({
    id: event.id,
    at: event.at,
    actor: event.by?.displayName ?? t("history.system"),
    text: (
      <span className="lb-row lb-row-wrap">
        {event.from ? (
          <>
            <Tone tone={event.from.tone}>{event.from.name}</Tone>
            <span className="lb-faint" aria-hidden>
              →
            </span>
            <span className="lb-sr">{t("history.to")}</span>
          </>
        ) : (
          t("history.created")
        )}
        <Tone tone={event.to.tone}>{event.to.name}</Tone>
        {event.back && <span className="lb-warning">{t("history.back")}</span>}
      </span>
    ),
    detail: (
      <span className="lb-meta lb-muted lb-row lb-row-wrap">
        {event.from && event.seconds !== null && <span>{t("history.spent", { stage: event.from.name, span: span(event.seconds * 1000, words) })}</span>}
        {event.reason && <span>{t(`lostReason.${event.reason}`)}</span>}
        {event.comment && <Masked value={event.comment} />}
      </span>
    ),
  }));
  return <Timeline moments={moments} />;
}
