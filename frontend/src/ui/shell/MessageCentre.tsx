import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { NotificationList } from "./NotificationList";
import { TodoList } from "./TodoList";

export const messageTabs = ["messages", "todos"] as const;
export type MessageTab = (typeof messageTabs)[number];

/** Messages and to-dos, in the bell and on their page. */
export function MessageCentre({ tab, onTab, onOpened }: { tab: MessageTab; onTab: (tab: MessageTab) => void; onOpened?: () => void }) {
  const { t } = useTranslation("shell");
  const content = { messages: <NotificationList onOpened={onOpened} />, todos: <TodoList onOpened={onOpened} /> };
  return <Tabs size="small" activeKey={tab} onChange={(key) => onTab(key as MessageTab)} items={messageTabs.map((key) => ({ key, label: t(`bell.tab.${key}`), children: content[key] }))} destroyOnHidden />;
}
