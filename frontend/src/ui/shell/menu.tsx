import {
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BankOutlined,
  BarChartOutlined,
  BranchesOutlined,
  CalculatorOutlined,
  CalendarOutlined,
  FileTextOutlined,
  FunnelPlotOutlined,
  IdcardOutlined,
  InboxOutlined,
  KeyOutlined,
  LoginOutlined,
  MoneyCollectOutlined,
  ProductOutlined,
  ProjectOutlined,
  SafetyOutlined,
  SearchOutlined,
  TeamOutlined,
} from "@/ui/icons";
import type { ReactNode } from "react";
import type { Me } from "@/api/types";

const icons: Record<string, ReactNode> = {
  today: <CalendarOutlined />,
  customers: <TeamOutlined />,
  channels: <ApiOutlined />,
  inbox: <InboxOutlined />,
  match: <SearchOutlined />,
  calculator: <CalculatorOutlined />,
  products: <ProductOutlined />,
  lenders: <BankOutlined />,
  board: <ProjectOutlined />,
  cases: <FileTextOutlined />,
  receipts: <MoneyCollectOutlined />,
  overview: <BarChartOutlined />,
  funnel: <FunnelPlotOutlined />,
  pipelines: <BranchesOutlined />,
  audit: <AuditOutlined />,
  org: <ApartmentOutlined />,
  roles: <IdcardOutlined />,
  "login-policies": <SafetyOutlined />,
  "login-approvals": <LoginOutlined />,
  "api-keys": <KeyOutlined />,
};
/** The icon of a menu key; a menu of a newer server gets a plain one. */
export const menuIcon = (key: string): ReactNode => icons[key] ?? <AppstoreOutlined />;

type Menu = Me["menus"][number];

/** Menus in their groups, in the server's order. */
export function grouped(menus: readonly Menu[]): { group: string; menus: Menu[] }[] {
  const groups: { group: string; menus: Menu[] }[] = [];
  for (const menu of menus) {
    const last = groups.at(-1);
    if (last?.group === menu.group) last.menus.push(menu);
    else groups.push({ group: menu.group, menus: [menu] });
  }
  return groups;
}

/** Whether another page's address lies below this one, so that only an exact address marks it. */
export const hasBelow = (menus: readonly Menu[], path: string): boolean => menus.some((menu) => menu.path.startsWith(`${path}/`));

const ON_PHONES = ["today", "customers", "board", "overview", "receipts", "channels", "inbox"];
/** The pages of the phone's bottom bar, the most used first. */
export const onPhones = (menus: readonly Menu[], count: number): Menu[] =>
  menus.toSorted((a, b) => rank(a.key) - rank(b.key)).slice(0, count);
const rank = (key: string): number => (ON_PHONES.includes(key) ? ON_PHONES.indexOf(key) : ON_PHONES.length);
