import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import type { Notification } from "@/api/types";
import { StateView } from "../StateView";
import { useFormat, useNow } from "../useFormat";
import { LIST, UNREAD, subjectPath } from "./notifications";

const groups = ["todo", "lead", "business", "system"] as const;

export function NotificationList({ onOpened }: { onOpened?: () => void }) {
  const { t } = useTranslation("shell");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const list = api.useQuery("get", "/api/v1/notifications", { params: { query: { limit: 50 } } });
  const settled = () => Promise.all([cache.invalidateQueries({ queryKey: LIST }), cache.invalidateQueries({ queryKey: UNREAD })]);
  const read = api.useMutation("post", "/api/v1/notifications/{notification_id}/read", { onSettled: settled });
  const readAll = api.useMutation("post", "/api/v1/notifications/read-all", { onSettled: settled });
  const openEntry = (entry: Notification) => {
    if (!entry.readAt) read.mutate({ params: { path: { notification_id: entry.id } } });
    const path = subjectPath(entry.subject);
    if (!path) return;
    onOpened?.();
    void navigate(path);
  };
  const items = list.data?.items ?? [];
  const grouped = groups.map((group) => ({ group, entries: items.filter((entry) => entry.group === group) })).filter(({ entries }) => entries.length > 0);
  return (
    <div className="lb-list-panel">
      <div className="lb-row lb-between">
        <h2 className="lb-sr">{t("bell.title")}</h2>
        <span className="lb-grow" />
        <Button type="text" size="small" disabled={!items.some((entry) => !entry.readAt)} onClick={() => readAll.mutate({})}>
          {t("bell.readAll")}
        </Button>
      </div>
      {list.isPending || list.error ? (
        <StateView state={list.error ? "error" : "loading"} error={list.error} onRetry={() => void list.refetch()} />
      ) : grouped.length === 0 ? (
        <StateView title={t("bell.empty")} detail={t("bell.emptyDetail")} />
      ) : (
        grouped.map(({ group, entries }) => (
          <section key={group}>
            <h3 className="lb-muted lb-meta">{t(`bell.group.${group}`)}</h3>
            <ul>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} onOpen={() => openEntry(entry)} />
              ))}
            </ul>
          </section>
        ))
      )}
    </div>
  );
}

function Entry({ entry, onOpen }: { entry: Notification; onOpen: () => void }) {
  const { t } = useTranslation("shell");
  const format = useFormat();
  const now = useNow(30_000);
  return (
    <li>
      <button type="button" className="lb-plain lb-stack lb-stack-tight" style={{ width: "100%" }} onClick={onOpen}>
        <span className="lb-row lb-between">
          <strong style={{ fontWeight: entry.readAt ? 400 : 600 }} className="lb-ellipsis">
            {entry.title}
          </strong>
          <span className="lb-meta lb-faint" title={format.exact(entry.createdAt)}>
            {entry.readAt ? null : <span className="lb-sr">{t("bell.unread")}</span>}
            {format.relative(entry.createdAt, now)}
          </span>
        </span>
        {entry.body && <span className="lb-muted">{entry.body}</span>}
      </button>
    </li>
  );
}
