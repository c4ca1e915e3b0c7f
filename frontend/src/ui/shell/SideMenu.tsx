import { MenuFoldOutlined, MenuUnfoldOutlined } from "@/ui/icons";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import { useMe } from "../me";
import { grouped, hasBelow, menuIcon } from "./menu";

interface SideMenuProps {
  collapsed: boolean;
  /** Without it the menu cannot be folded. */
  onToggle?: () => void;
  onPick?: () => void;
}

export function SideMenu({ collapsed, onToggle, onPick }: SideMenuProps) {
  const { t } = useTranslation("shell");
  const me = useMe();
  const { pathname } = useLocation();
  const list = useRef<HTMLUListElement>(null);
  const shown = useRef("");
  // Where the menu is longer than the window, the page one is on is in sight.
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const frame = list.current;
    const here = frame?.querySelector<HTMLElement>(".active");
    if (!frame || !here) return;
    const { top, bottom } = frame.getBoundingClientRect();
    const at = here.getBoundingClientRect();
    if (at.bottom > bottom) frame.scrollTop += at.bottom - bottom;
    else if (at.top < top) frame.scrollTop -= top - at.top;
  });
  return (
    <nav className="lb-side" aria-label={t("menu.label")}>
      <div className="lb-side-brand">
        <img src="/favicon.svg" alt="" width={24} height={24} />
        {!collapsed && <span className="lb-ellipsis">{me.tenant.name}</span>}
      </div>
      <ul ref={list}>
        {grouped(me.menus).map(({ group, menus }) => (
          <li key={group}>
            {menus.length > 1 && !collapsed && <div className="lb-side-group">{t(`group.${group}`)}</div>}
            {menus.map(({ key, path }) => (
              <NavLink key={key} to={path} end={hasBelow(me.menus, path)} className="lb-side-link" onClick={onPick} title={collapsed ? t(`menu.${key}`) : undefined} aria-label={t(`menu.${key}`)}>
                {menuIcon(key)}
                {!collapsed && <span>{t(`menu.${key}`)}</span>}
              </NavLink>
            ))}
          </li>
        ))}
      </ul>
      {onToggle && (
        <button type="button" className="lb-side-toggle lb-plain" onClick={onToggle} aria-label={t(collapsed ? "menu.expand" : "menu.collapse")} aria-expanded={!collapsed}>
          {collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          {!collapsed && <kbd>[</kbd>}
        </button>
      )}
    </nav>
  );
}
