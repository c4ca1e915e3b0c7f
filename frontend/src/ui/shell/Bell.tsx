import { BellOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Popover } from "antd";
import { Suspense, lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { push } from "@/api/push";
import { Loading } from "../StateView";
import type { MessageTab } from "./MessageCentre";
import { LIST, UNREAD, useUnread } from "./notifications";

const MessageCentre = lazy(() => import("./MessageCentre").then((module) => ({ default: module.MessageCentre })));

/** Messages in four groups and my to-dos; a pushed one renews the count and the open list. */
export function Bell() {
  const { t } = useTranslation("shell");
  const unread = useUnread();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [tab, setTab] = useState<MessageTab>("messages");
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
      <MessageCentre tab={tab} onTab={setTab} onOpened={() => setOpen(false)} />
    </Suspense>
  );
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen} content={content}>
      <Button type="text" icon={icon} aria-label={t("bell.label", { count: unread })} />
    </Popover>
  );
}
