import { Button, Drawer } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { usePhone } from "@/theme/mode";

/** A row beside its list (Space); the list's j k change what it shows; "open as page" goes on from here. */
export function RowDrawer({ open, title, path, onClose, children }: { open: boolean; title: ReactNode; path: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation("ui");
  const navigate = useNavigate();
  const phone = usePhone();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={phone ? "100%" : 560}
      mask={false}
      title={title}
      extra={<Button onClick={() => void navigate(path)}>{t("drawer.openPage")}</Button>}
      destroyOnHidden
      styles={{ body: { display: "flex", flexDirection: "column", gap: 12 } }}
    >
      {children}
    </Drawer>
  );
}
