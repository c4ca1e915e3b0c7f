import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { FollowUp } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { Timeline, type Moment } from "@/ui/Timeline";
import { Intent } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";

const kinds = ["all", "follow_up", "stage_changed", "assigned", "lead_received", "revealed", "edited", "qualification_changed"] as const;
type Kind = (typeof kinds)[number];

/** Everything that happened to the customer, newest first, by kind. */
export function CustomerTimeline({ customerId }: { customerId: string }) {
  const { t } = useTranslation("customers");
  const [kind, setKind] = useState<Kind>("all");
  const timeline = useInfiniteQuery({
    queryKey: ["get", "/api/v1/customers/{customer_id}/timeline", { customerId, kind }],
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    queryFn: ({ pageParam, signal }) =>
      data(
        client.GET("/api/v1/customers/{customer_id}/timeline", {
          params: { path: { customer_id: customerId }, query: { ...(kind === "all" ? {} : { kind }), ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
  });
  const moments: Moment[] = (timeline.data?.pages.flatMap((page) => page.items) ?? []).map((entry) => ({
    id: entry.id,
    at: entry.at,
    actor: entry.actor?.displayName ?? t("timeline.system"),
    text: entry.followUp ? <strong>{t(`common:outcome.${entry.followUp.outcome}`)}</strong> : entry.text,
    detail: entry.followUp ? <FollowUpDetail followUp={entry.followUp} /> : null,
  }));
  return (
    <div className="lb-stack">
      <ChipGroup label={t("timeline.filter")} value={kind} onChange={setKind} options={kinds.map((value) => ({ value, label: t(`timeline.kind.${value}`) }))} />
      {timeline.isPending || (timeline.error && moments.length === 0) ? (
        <StateView state={timeline.error ? "error" : "loading"} error={timeline.error} onRetry={() => void timeline.refetch()} />
      ) : moments.length === 0 ? (
        <StateView title={t("timeline.empty")} detail={t("timeline.emptyDetail")} />
      ) : (
        <Timeline
          moments={moments}
          more={
            timeline.hasNextPage && (
              <Button loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
                {t("timeline.more")}
              </Button>
            )
          }
        />
      )}
    </div>
  );
}

function FollowUpDetail({ followUp }: { followUp: FollowUp }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const now = useNow(30_000);
  return (
    <>
      {(followUp.intent || followUp.note?.value) && (
        <span className="lb-row" style={{ alignItems: "flex-start" }}>
          {followUp.intent && <Intent intent={followUp.intent} />}
          {followUp.note?.masked ? <Masked value={followUp.note} /> : followUp.note?.value}
        </span>
      )}
      {followUp.nextActionAt && (
        <span className="lb-meta lb-muted">{t("timeline.next", { time: format.relative(followUp.nextActionAt, now), kind: t(`common:nextKind.${followUp.nextActionKind ?? "call"}`) })}</span>
      )}
    </>
  );
}
