import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { push } from "@/api/push";
import { usePhone } from "@/theme/mode";
import { DisconnectOutlined } from "@/ui/icons";

const subscribe = (watcher: () => void) => push.watch(watcher);

/** Says when live updates are away; silent while they run. */
export function PushLight() {
  const { t } = useTranslation("shell");
  const state = useSyncExternalStore(subscribe, () => push.state);
  const phone = usePhone();
  if (state !== "waiting") return null;
  return (
    <span className="lb-meta lb-warning" role="status">
      <DisconnectOutlined /> {phone ? <span className="lb-sr">{t("push.waiting")}</span> : t("push.waiting")}
    </span>
  );
}
