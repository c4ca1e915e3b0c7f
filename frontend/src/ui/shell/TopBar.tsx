import { MenuUnfoldOutlined, QuestionCircleOutlined, SearchOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/theme/mode";
import { Bell } from "./Bell";
import { DutySwitch } from "./DutySwitch";
import { PushLight } from "./PushLight";
import { TaskCentre } from "./TaskCentre";
import { UserMenu } from "./UserMenu";

export function TopBar({ onSearch, onKeys, onMenu }: { onSearch: () => void; onKeys: () => void; onMenu: () => void }) {
  const { t } = useTranslation("shell");
  const phone = usePhone();
  return (
    <header className="lb-top">
      {phone && <Button type="text" icon={<MenuUnfoldOutlined />} aria-label={t("menu.all")} onClick={onMenu} />}
      <button type="button" className="lb-top-search" onClick={onSearch} aria-keyshortcuts="Control+K">
        <SearchOutlined />
        <span className="lb-grow lb-ellipsis">{t(phone ? "search.short" : "search.placeholder")}</span>
        {!phone && <kbd>Ctrl K</kbd>}
      </button>
      <div className="lb-row lb-top-right">
        <PushLight />
        <DutySwitch />
        <TaskCentre />
        {!phone && <Bell />}
        {!phone && <Button type="text" icon={<QuestionCircleOutlined />} aria-label={t("keys.sheet")} onClick={onKeys} />}
        <UserMenu />
      </div>
    </header>
  );
}
