import { PlusOutlined } from "@/ui/icons";
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { Channel, ChannelCreated } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Can } from "@/ui/ActionButton";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { SecretOnce } from "@/ui/SecretOnce";
import { StateView } from "@/ui/StateView";
import { useFormat, useNow } from "@/ui/useFormat";
import { ChannelForm } from "./ChannelForm";
import { Health } from "./Health";
import { useChannels } from "./useChannels";
import "./channels.css";

export function ChannelsPage() {
  const { t } = useTranslation("channels");
  const phone = usePhone();
  const can = useCan();
  const navigate = useNavigate();
  const channels = useChannels();
  const [query, setQuery] = useSearchParams();
  const [made, setMade] = useState<ChannelCreated | null>(null);
  const creating = query.get("new") === "1";
  const open = (on: boolean) => {
    setMade(null);
    setQuery(on ? { new: "1" } : {}, { replace: true });
  };
  const mayCreate = can("channels.manage");
  useKeys(t("title"), mayCreate ? { n: { run: () => open(true), label: t("action.new") } } : {});
  const button = (type: "primary" | "default") => (
    <Can permission="channels.manage">
      <Button type={type} icon={<PlusOutlined />} onClick={() => open(true)}>
        {t("action.new")}
      </Button>
    </Can>
  );
  const items = channels.data?.items ?? [];
  return (
    <Page title={t("title")} actions={button("primary")}>
      {!channels.data ? (
        <StateView state={channels.error ? "error" : "loading"} error={channels.error} onRetry={() => void channels.refetch()} />
      ) : items.length === 0 ? (
        <StateView title={t("list.empty")} detail={t("list.emptyDetail")} action={button("default")} />
      ) : (
        <ul className="lb-channels">
          {items.map((channel) => (
            <ChannelCard key={channel.id} channel={channel} />
          ))}
        </ul>
      )}
      <Drawer open={creating} onClose={() => open(false)} title={t(made ? "secret.title" : "form.newTitle")} size={phone ? "100%" : 560} destroyOnHidden mask={{ closable: !made }}>
        {made ? (
          <SecretOnce
            beside={[{ label: t("access.address"), value: made.webhookUrl }]}
            label={t("access.secret")}
            secret={made.secret}
            gone={t("secret.gone")}
            continueLabel={t("secret.continue")}
            onContinue={() => void navigate(`/channels/${made.id}`)}
          />
        ) : (
          <ChannelForm onDone={setMade} onCancel={() => open(false)} />
        )}
      </Drawer>
    </Page>
  );
}

function ChannelCard({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const now = useNow(30_000);
  const { stats } = channel;
  const figure = (label: string, value: number, bad = false) => (
    <span className="lb-stack lb-stack-tight">
      <span className="lb-meta lb-muted">{label}</span>
      <strong className={bad && value > 0 ? "lb-danger" : undefined}>{format.count(value)}</strong>
    </span>
  );
  return (
    <li className="lb-card lb-stack">
      <div className="lb-row lb-between">
        <Link to={`/channels/${channel.id}`} className="lb-ellipsis">
          <h2>{channel.name}</h2>
        </Link>
        <Health health={channel.health} />
      </div>
      <div className="lb-channel-stats">
        {figure(t("stats.today"), stats.today)}
        {figure(t("stats.valid"), stats.todayValid)}
        {figure(t("stats.duplicate"), stats.todayDuplicate)}
        {figure(t("stats.dead"), stats.todayDead, true)}
      </div>
      <div className="lb-row lb-between lb-meta">
        <span className="lb-muted">{stats.lastReceivedAt ? t("stats.last", { time: format.relative(stats.lastReceivedAt, now) }) : t("stats.never")}</span>
        {stats.deadTotal > 0 && (
          <Link to={`/inbox?state=dead&channelId=${channel.id}`} className="lb-danger">
            {t("stats.deadTotal", { total: stats.deadTotal })}
          </Link>
        )}
      </div>
    </li>
  );
}
