import { ClockCircleOutlined, LoadingOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Popover } from "antd";
import { Suspense, lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { push } from "@/api/push";
import { Loading } from "../StateView";
import { TASKS, isRunning } from "./tasks";

const TaskList = lazy(() => import("./TaskList").then((module) => ({ default: module.TaskList })));

/** Long work of the server, counted in the top bar; it survives a reload and shows on other devices. */
export function TaskCentre() {
  const { t } = useTranslation("shell");
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const tasks = api.useQuery("get", "/api/v1/tasks", { params: { query: { limit: 20 } } });
  useEffect(() => push.on(({ kind }) => void (kind === "workspace.task_changed" && cache.invalidateQueries({ queryKey: TASKS }))), [cache]);
  const busy = (tasks.data?.items ?? []).filter(isRunning).length;
  const icon = (
    <Badge count={busy} size="small">
      {busy > 0 ? <LoadingOutlined /> : <ClockCircleOutlined />}
    </Badge>
  );
  const content = (
    <Suspense fallback={<Loading rows={3} />}>
      <TaskList query={tasks} />
    </Suspense>
  );
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} content={content}>
      <Button type="text" icon={icon} aria-label={t("tasks.label", { count: busy })} />
    </Popover>
  );
}
