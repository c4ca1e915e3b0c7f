import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/types";
import type { ToneName } from "@/theme/tokens";
import { Tone } from "@/ui/Tone";

const tones: Record<Channel["health"], ToneName> = { ok: "green", idle: "slate", warning: "amber", disabled: "grey" };
export function Health({ health }: { health: Channel["health"] }) {
  const { t } = useTranslation("channels");
  return (
    <Tone tone={tones[health]} icon={<span aria-hidden>●</span>} title={t(`healthHint.${health}`)}>
      {t(`health.${health}`)}
    </Tone>
  );
}
