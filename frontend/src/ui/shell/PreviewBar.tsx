import { EyeOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { usePreviewedRole, useSeeAs } from "../preview";
import "./lock.css";

/** Stands above everything while a role is previewed; the way out is always in sight. */
export function PreviewBar() {
  const { t } = useTranslation("shell");
  const role = usePreviewedRole();
  const seeAs = useSeeAs();
  if (!role) return null;
  return (
    <div className="lb-lock-bar" role="status">
      <EyeOutlined />
      <span className="lb-ellipsis">{t("preview.text", { role: role.name })}</span>
      <Button size="small" onClick={() => seeAs(null, `/settings/roles/${role.id}`)}>
        {t("preview.leave")}
      </Button>
    </div>
  );
}
