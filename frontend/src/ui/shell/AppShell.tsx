import { Watermark } from "antd";
import { Suspense, lazy, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { palette } from "@/theme/tokens";
import { useMode, useMoreContrast, usePhone } from "@/theme/mode";
import { DockHost } from "../Dock";
import { clock, day } from "../format";
import { setSingleKeys, useKeys } from "../keys";
import { useMe } from "../me";
import { usePreference } from "../preferences";
import { useNow } from "../useFormat";
import { BottomBar } from "./BottomBar";
import type { CustomerSearch } from "./CommandPalette";
import { ClosingBar, IdleLock } from "./IdleLock";
import { NewVersionBar, OfflineBar } from "./Notices";
import { PreviewBar } from "./PreviewBar";
import { SideMenu } from "./SideMenu";
import { TopBar } from "./TopBar";
import "./shell.css";

const CommandPalette = lazy(() => import("./CommandPalette").then((module) => ({ default: module.CommandPalette })));
const PhoneMenu = lazy(() => import("./PhoneMenu").then((module) => ({ default: module.PhoneMenu })));
const KeySheet = lazy(() => import("./KeySheet").then((module) => ({ default: module.KeySheet })));

/** Menu, top bar, content, dock, watermark: what surrounds every page after login. */
export function AppShell({ search, children }: { search: CustomerSearch; children: ReactNode }) {
  const { t } = useTranslation("shell");
  const me = useMe();
  const phone = usePhone();
  const navigate = useNavigate();
  const [collapsed, setCollapsed] = usePreference("ui.menuCollapsed", false);
  const [single] = usePreference("ui.singleKeys", true);
  const [menu, setMenu] = useState(false);
  const [palettes, setPalettes] = useState({ search: false, keys: false });
  setSingleKeys(single);

  const openSearch = () => setPalettes({ search: true, keys: false });
  const openKeys = () => setPalettes({ search: false, keys: true });
  const closePalettes = () => setPalettes({ search: false, keys: false });
  const goTo = (key: string) => {
    const page = me.menus.find((entry) => entry.key === key);
    if (page) void navigate(page.path);
  };
  useKeys(t("keys.scope"), {
    "ctrl+k": { run: openSearch, label: t("keys.search") },
    "[": { run: () => setCollapsed(!collapsed), label: t("keys.collapse") },
    "?": { run: openKeys, label: t("keys.sheet") },
    "g t": { run: () => goTo("today"), label: t("keys.today") },
    "g c": { run: () => goTo("customers"), label: t("keys.customers") },
    "g b": { run: () => goTo("board"), label: t("keys.board") },
    "g m": { run: () => goTo("match"), label: t("keys.match") },
    "g f": { run: () => goTo("funnel"), label: t("keys.funnel") },
    "g i": { run: () => goTo("inbox"), label: t("keys.inbox") },
  });

  return (
    <Marked>
      <a className="lb-skip" href="#content">
        {t("skip")}
      </a>
      <div className="lb-shell" data-collapsed={collapsed} data-phone={phone}>
        {!phone && <SideMenu collapsed={collapsed} onToggle={() => setCollapsed(!collapsed)} />}
        <div className="lb-shell-body">
          <PreviewBar />
          <TopBar onSearch={openSearch} onKeys={openKeys} onMenu={() => setMenu(true)} />
          <NewVersionBar />
          <OfflineBar />
          <IdleLock seconds={me.idleSeconds} />
          <ClosingBar closesAt={me.closesAt} />
          <main id="content" tabIndex={-1} className="lb-content">
            {children}
          </main>
          <DockHost />
          {phone && <BottomBar />}
        </div>
      </div>
      <Suspense>
        {palettes.search && <CommandPalette open onClose={closePalettes} search={search} />}
        {phone && menu && <PhoneMenu open onClose={() => setMenu(false)} />}
        {palettes.keys && <KeySheet open onClose={closePalettes} />}
      </Suspense>
    </Marked>
  );
}

/** antd's Watermark watches its own node and draws it again when it is removed or hidden; it also covers drawers and modals. */
function Marked({ children }: { children: ReactNode }) {
  const me = useMe();
  const mode = useMode();
  const more = useMoreContrast();
  const now = useNow(60_000);
  return (
    <Watermark
      className="lb-watermark"
      content={`${me.employee.displayName} ${me.employee.employeeNo.slice(-4)} ${day(now)} ${clock(now)}`}
      font={{ color: palette(mode, more).watermark, fontSize: 13 }}
      rotate={-22}
      gap={[120, 100]}
    >
      {children}
    </Watermark>
  );
}
