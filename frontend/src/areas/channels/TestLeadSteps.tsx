import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Channel, TestLead } from "@/api/types";
import { ActionButton } from "@/ui/ActionButton";
import { Section } from "@/ui/Page";
import { WhyTree } from "@/ui/WhyTree";
import { useEntry, useSettled } from "./useChannels";

/** Sends a signed test lead through the real address and shows each step of its way. */
export function TestLeadSteps({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const settled = useSettled();
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState<TestLead | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const entry = useEntry(sent?.inboxEntryId ?? null);
  const send = async () => {
    setBusy(true);
    setRefusal(null);
    setSent(null);
    try {
      setSent(await data(client.POST("/api/v1/channels/{channel_id}/test-lead", { params: { path: { channel_id: channel.id } } })));
      void settled();
    } catch (error) {
      setRefusal(isProblem(error) && error.message ? error.message : t("test.failed"));
    }
    setBusy(false);
  };
  const known = channel.allowedActions.some(({ action }) => action === "test_lead");
  return (
    <Section
      title={t("test.title")}
      extra={
        known ? (
          <ActionButton actions={channel.allowedActions} action="test_lead" type="primary" loading={busy} onClick={() => void send()}>
            {t("test.send")}
          </ActionButton>
        ) : (
          <Button type="primary" loading={busy} onClick={() => void send()}>
            {t("test.send")}
          </Button>
        )
      }
    >
      {refusal && <Alert type="error" showIcon title={refusal} />}
      {!sent && !refusal && <p className="lb-muted">{t("test.detail")}</p>}
      {sent && (
        <div className="lb-stack" role="status">
          <span className={sent.statusCode < 300 ? "lb-success" : "lb-danger"}>{t("test.answered", { status: sent.statusCode })}</span>
          <WhyTree node={sent.explanation} />
          {entry.data && (
            <>
              <span className="lb-muted">{t("test.state", { state: t(`inbox.state.${entry.data.state}`) })}</span>
              {entry.data.explanation && <WhyTree node={entry.data.explanation} />}
              <Link to={`/inbox?entry=${entry.data.id}`}>{t("test.open")}</Link>
            </>
          )}
        </div>
      )}
    </Section>
  );
}
