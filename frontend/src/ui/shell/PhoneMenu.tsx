import { Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { SideMenu } from "./SideMenu";

/** All pages on a phone; choosing one closes it. */
export function PhoneMenu({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("shell");
  return (
    <Drawer open={open} onClose={onClose} placement="left" size={264} title={t("menu.all")} styles={{ body: { padding: 0 } }} destroyOnHidden>
      <SideMenu collapsed={false} onPick={onClose} />
    </Drawer>
  );
}
