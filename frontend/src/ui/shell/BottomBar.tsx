import { BellOutlined, UserOutlined } from "@/ui/icons";
import { Badge } from "antd";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useMe } from "../me";
import { useUnread } from "./notifications";
import { menuIcon, onPhones } from "./menu";

const MENUS = 3;

/** The phone's five: three pages of the menu, messages, me. */
export function BottomBar() {
  const { t } = useTranslation("shell");
  const me = useMe();
  const unread = useUnread();
  return (
    <nav className="lb-bottom" aria-label={t("menu.label")}>
      {onPhones(me.menus, MENUS).map(({ key, path }) => (
        <NavLink key={key} to={path}>
          {menuIcon(key)}
          <span>{t(`menu.${key}`)}</span>
        </NavLink>
      ))}
      <NavLink to="/notifications">
        <Badge count={unread} size="small">
          <BellOutlined className="lb-bottom-icon" />
        </Badge>
        <span>{t("bell.short")}</span>
      </NavLink>
      <NavLink to="/me">
        <UserOutlined />
        <span>{t("user.me")}</span>
      </NavLink>
    </nav>
  );
}
