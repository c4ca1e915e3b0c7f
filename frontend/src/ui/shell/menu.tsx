import { ApiOutlined, AppstoreOutlined, CalendarOutlined, InboxOutlined, TeamOutlined } from "@/ui/icons";
import type { ReactNode } from "react";

const icons: Record<string, ReactNode> = {
  today: <CalendarOutlined />,
  customers: <TeamOutlined />,
  channels: <ApiOutlined />,
  inbox: <InboxOutlined />,
};
/** The icon of a menu key; a menu of a newer server gets a plain one. */
export const menuIcon = (key: string): ReactNode => icons[key] ?? <AppstoreOutlined />;
