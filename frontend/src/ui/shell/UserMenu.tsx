import { DownOutlined } from "@/ui/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { signOut } from "@/api/session";
import { chooseLanguage, languages } from "@/i18n";
import { chooseMode, useModeChoice, usePhone } from "@/theme/mode";
import { useMe } from "../me";
import { Avatar } from "../Person";

const modes = ["system", "light", "dark"] as const;

export function UserMenu() {
  const { t, i18n } = useTranslation("shell");
  const { employee } = useMe();
  const navigate = useNavigate();
  const mode = useModeChoice();
  const phone = usePhone();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectedKeys: [`theme:${mode}`, `language:${i18n.language}`],
        items: [
          { key: "me", label: t("user.me"), onClick: () => void navigate("/me") },
          { key: "theme", label: t("user.theme"), type: "group", children: modes.map((choice) => ({ key: `theme:${choice}`, label: t(`common:theme.${choice}`), onClick: () => chooseMode(choice) })) },
          {
            key: "language",
            label: t("user.language"),
            type: "group",
            children: languages.map((language) => ({ key: `language:${language}`, label: t(`common:language.${language}`), onClick: () => void chooseLanguage(language) })),
          },
          { type: "divider" },
          { key: "out", label: t("user.signOut"), onClick: () => void signOut() },
        ],
      }}
    >
      <Button type="text" aria-label={t("user.menu", { name: employee.displayName })}>
        <Avatar id={employee.id} name={employee.displayName} size={24} away={!employee.onDuty} />
        {!phone && employee.displayName}
        {!phone && <DownOutlined />}
      </Button>
    </Dropdown>
  );
}
