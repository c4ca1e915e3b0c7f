import { BellOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Popover } from "antd";
import { Suspense, lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { push } from "@/api/push";
import { Loading } from "../StateView";
import { LIST, UNREAD, useUnread } from "./notifications";

const NotificationList = lazy(() => import("./NotificationList").then((module) => ({ default: module.NotificationList })));

/** Messages in four groups; a pushed one renews the count and the open list. */
export function Bell() {
  const { t } = useTranslation("shell");
  const unread = useUnread();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  useEffect(
    () =>
      push.on(({ kind }) => {
        if (kind !== "notifications.created") return;
        void cache.invalidateQueries({ queryKey: UNREAD });
        void cache.invalidateQueries({ queryKey: LIST });
      }),
    [cache],
  );
  const icon = (
    <Badge count={unread} size="small" overflowCount={99}>
      <BellOutlined />
    </Badge>
  );
  const content = (
    <Suspense fallback={<Loading rows={3} />}>
      <NotificationList onOpened={() => setOpen(false)} />
    </Suspense>
  );
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} content={content}>
      <Button type="text" icon={icon} aria-label={t("bell.label", { count: unread })} />
    </Popover>
  );
}
