import { useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, client } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Task } from "@/api/types";
import { ActionButton } from "../ActionButton";
import { saveFile } from "../download";
import { StateView } from "../StateView";
import { useFormat, useNow } from "../useFormat";
import { TASKS, isRunning } from "./tasks";

export function TaskList({ query }: { query: { data?: { items: Task[] } | undefined; error: unknown; refetch: () => unknown } }) {
  const { t } = useTranslation("shell");
  const items = query.data?.items ?? [];
  return (
    <div className="lb-list-panel">
      <h2>{t("tasks.title")}</h2>
      {query.error && !query.data ? (
        <StateView state="error" error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <StateView title={t("tasks.empty")} detail={t("tasks.emptyDetail")} />
      ) : (
        <ul>
          {items.map((task) => (
            <TaskLine key={task.id} task={task} />
          ))}
        </ul>
      )}
    </div>
  );
}

function TaskLine({ task }: { task: Task }) {
  const { t } = useTranslation("shell");
  const cache = useQueryClient();
  const format = useFormat();
  const now = useNow(30_000);
  const onSettled = () => cache.invalidateQueries({ queryKey: TASKS });
  const cancel = api.useMutation("post", "/api/v1/tasks/{task_id}/cancel", { onSettled });
  const resume = api.useMutation("post", "/api/v1/tasks/{task_id}/resume", { onSettled });
  const [failed, setFailed] = useState<unknown>(null);
  const file = fileOf(task);
  const download = async () => {
    if (!file) return;
    setFailed(null);
    try {
      const { data } = await client.GET("/api/v1/tasks/{task_id}/file", { params, parseAs: "blob" });
      if (data) saveFile(file, data as unknown as Blob);
    } catch (error) {
      setFailed(error);
    }
  };
  const refused = cancel.error ?? resume.error ?? failed;
  const params = { path: { task_id: task.id } };
  return (
    <li className="lb-stack lb-stack-tight">
      <span className="lb-row lb-between">
        <span className="lb-ellipsis">{task.title}</span>
        <span className="lb-meta lb-faint">{format.relative(task.createdAt, now)}</span>
      </span>
      {isRunning(task) && <Progress percent={task.total ? Math.round((task.done / task.total) * 100) : 0} size="small" aria-label={task.title} />}
      <span className="lb-row lb-between">
        <span className={task.state === "failed" ? "lb-meta lb-danger" : "lb-meta lb-muted"}>
          {t(`tasks.state.${task.state}`)} · {t("tasks.progress", { done: format.count(task.done), failed: format.count(task.failed) })}
          {task.error && ` · ${task.error.message}`}
        </span>
        <span className="lb-row">
          {task.allowedActions.some(({ action }) => action === "cancel") && isRunning(task) && (
            <ActionButton actions={task.allowedActions} action="cancel" size="small" onClick={() => cancel.mutate({ params })}>
              {t("tasks.cancel")}
            </ActionButton>
          )}
          {file && (
            <Button size="small" onClick={() => void download()}>
              {t("tasks.download")}
            </Button>
          )}
          {(task.state === "failed" || task.state === "cancelled") && (
            <ActionButton actions={task.allowedActions} action="resume" size="small" onClick={() => resume.mutate({ params })}>
              {t("tasks.resume")}
            </ActionButton>
          )}
        </span>
      </span>
      {refused ? (
        <p className="lb-danger lb-meta" role="alert">
          {(isProblem(refused) && refused.message) || t("tasks.refused")}
        </p>
      ) : null}
    </li>
  );
}

/** The name of the file that a task made, while it has one. */
function fileOf(task: Task): string | null {
  const file = task.state === "done" ? task.result?.file : null;
  return file && typeof file === "object" && "name" in file ? String(file.name) : null;
}
