import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { client, data, ifMatch } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Channel } from "@/api/types";
import { ActionButton } from "@/ui/ActionButton";
import { CopyField } from "@/ui/CopyField";
import { Facts } from "@/ui/Facts";
import { Figure } from "@/ui/Figure";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { curlExample, exampleBody } from "./example";
import { Health } from "./Health";
import { TestLeadSteps } from "./TestLeadSteps";
import { useChannel, useSettled } from "./useChannels";
import "./channels.css";

export function ChannelPage() {
  const { t } = useTranslation("channels");
  const { channelId = "" } = useParams();
  const channel = useChannel(channelId);
  if (!channel.data) {
    return (
      <Page title={t("detail.title")} bare>
        <StateView state={channel.error ? "error" : "loading"} error={channel.error} onRetry={() => void channel.refetch()} />
      </Page>
    );
  }
  return <Known channel={channel.data} />;
}

function Known({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const { stats } = channel;
  const inbox = (state: string) => `/inbox?channelId=${channel.id}${state && `&state=${state}`}`;
  return (
    <Page title={t("detail.title")} heading={channel.name} tabs={<Health health={channel.health} />} actions={<ChannelActions channel={channel} />}>
      <div className="lb-columns">
        <div className="lb-stack">
          <Access channel={channel} />
          <TestLeadSteps channel={channel} />
          <Section title={t("example.title")}>
            <p className="lb-muted">{t("example.detail")}</p>
            <h3>{t("example.body")}</h3>
            <pre className="lb-code" tabIndex={0} aria-label={t("example.body")}>{exampleBody}</pre>
            <h3>{t("example.curl")}</h3>
            <pre className="lb-code" tabIndex={0} aria-label={t("example.curl")}>{curlExample(channel.webhookUrl)}</pre>
          </Section>
        </div>
        <Section title={t("stats.title")} extra={<Link to={inbox("")}>{t("stats.inbox")}</Link>}>
          <div className="lb-channel-stats">
            <Figure label={t("stats.today")} value={stats.today} to={inbox("")} />
            <Figure label={t("stats.valid")} value={stats.todayValid} to={inbox("done")} />
            <Figure label={t("stats.duplicate")} value={stats.todayDuplicate} to={inbox("duplicate")} />
            <Figure label={t("stats.dead")} value={stats.todayDead} to={inbox("dead")} />
          </div>
          <ChannelFacts channel={channel} />
        </Section>
      </div>
    </Page>
  );
}

function ChannelFacts({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  return (
    <Facts
      facts={[
        { key: "kind", label: t("detail.kind"), value: t(`kind.${channel.kind}`) },
        { key: "team", label: t("form.team"), value: channel.team?.name ?? t("detail.allTeams") },
        { key: "created", label: t("detail.created"), value: format.exact(channel.createdAt) },
        { key: "last", label: t("detail.last"), value: channel.stats.lastReceivedAt ? format.exact(channel.stats.lastReceivedAt) : null },
      ]}
    />
  );
}

function Access({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const { modal } = App.useApp();
  const format = useFormat();
  const settled = useSettled();
  const [rotated, setRotated] = useState<{ secret: string | null; previousValidUntil: string } | null>(null);
  const rotate = () =>
    modal.confirm({
      title: t("access.rotateTitle"),
      content: t("access.rotateDetail"),
      okText: t("access.rotate"),
      onOk: async () => {
        setRotated(await data(client.POST("/api/v1/channels/{channel_id}/rotate-secret", { params: { path: { channel_id: channel.id } } })));
        await settled();
      },
    });
  return (
    <Section
      title={t("access.title")}
      extra={
        <ActionButton actions={channel.allowedActions} action="rotate_secret" size="small" onClick={() => void rotate()}>
          {t("access.rotate")}
        </ActionButton>
      }
    >
      <span className="lb-muted">{t("access.address")}</span>
      <CopyField value={channel.webhookUrl} />
      <span className="lb-muted">{t("access.secret")}</span>
      {rotated?.secret ? (
        <>
          <CopyField value={rotated.secret} />
          <p className="lb-warning">{t("access.rotated", { time: format.exact(rotated.previousValidUntil) })}</p>
        </>
      ) : (
        <span className="lb-mono">{channel.secretHint ?? "••••••••"}</span>
      )}
    </Section>
  );
}

function ChannelActions({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const { message } = App.useApp();
  const settled = useSettled();
  const [busy, setBusy] = useState(false);
  const active = channel.state === "active";
  const change = async () => {
    setBusy(true);
    try {
      await data(client.PATCH("/api/v1/channels/{channel_id}", { params: { path: { channel_id: channel.id }, header: ifMatch(channel.version) }, body: { state: active ? "disabled" : "active" } }));
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("detail.failed"));
    }
    await settled();
    setBusy(false);
  };
  const shown = channel.allowedActions.some(({ action, allowed }) => action === "edit" && allowed);
  if (!shown) return null;
  return (
    <Button danger={active} loading={busy} onClick={() => void change()}>
      {t(active ? "action.disable" : "action.enable")}
    </Button>
  );
}
