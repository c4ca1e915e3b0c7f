import { LockOutlined, MinusCircleOutlined } from "@/ui/icons";
import { useTranslation } from "react-i18next";
import { Tone } from "@/ui/Tone";

/** Whether the account is open; a left one is told apart where that is known. */
export function AccountTone({ active, left }: { active: boolean; left?: boolean }) {
  const { t } = useTranslation("org");
  if (active) return <Tone tone="green">{t("state.active")}</Tone>;
  return (
    <Tone tone="grey" icon={<MinusCircleOutlined />}>
      {t(left === undefined ? "state.closed" : left ? "state.left" : "state.suspended")}
    </Tone>
  );
}

export function LockedTone({ until }: { until: string }) {
  const { t } = useTranslation("org");
  return (
    <Tone tone="red" icon={<LockOutlined />} title={until}>
      {t("state.locked")}
    </Tone>
  );
}
