import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { StateView } from "@/ui/StateView";
import { Timeline, type Moment } from "@/ui/Timeline";
import { WhyTree } from "@/ui/WhyTree";

/** Who had the customer when, and the rule or person that decided. */
export function OwnershipHistory({ customerId }: { customerId: string }) {
  const { t } = useTranslation("customers");
  const history = api.useQuery("get", "/api/v1/customers/{customer_id}/ownership-history", { params: { path: { customer_id: customerId } } });
  if (!history.data) return <StateView state={history.error ? "error" : "loading"} error={history.error} onRetry={() => void history.refetch()} />;
  if (history.data.length === 0) return <StateView title={t("ownership.empty")} detail={t("ownership.emptyDetail")} />;
  const moments: Moment[] = history.data.map((entry) => {
    const people = { owner: entry.owner?.displayName ?? t("unassigned"), previous: entry.previousOwner?.displayName ?? t("unassigned") };
    return {
      id: entry.id,
      at: entry.at,
      actor: entry.by?.displayName ?? t("timeline.system"),
      text: t(`ownership.kind.${entry.kind}`, people),
      detail: entry.explanation && (
        <details>
          <summary className="lb-meta">{t("ownership.why")}</summary>
          <WhyTree node={entry.explanation} />
        </details>
      ),
    };
  });
  return <Timeline moments={moments} />;
}
