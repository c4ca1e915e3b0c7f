import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { ChipGroup } from "./ChipGroup";
import { MomentInput } from "./MomentInput";
import { presets, presetTime } from "./moments";

/** A moment ahead: the presets that have not passed, or any time by the picker, on Shanghai's clock. */
export function MomentPick({ label, value, onChange }: { label: string; value: string | null; onChange: (at: string | null) => void }) {
  const { t } = useTranslation("ui");
  const times = presets.map((preset) => ({ preset, at: presetTime(preset, serverNow()) }));
  return (
    <>
      <ChipGroup
        label={label}
        value={null}
        onChange={(preset) => onChange(presetTime(preset, serverNow()))}
        options={times.filter(({ at }) => at !== null).map(({ preset }) => ({ value: preset, label: t(`moment.preset.${preset}`) }))}
      />
      <MomentInput label={t("moment.pick")} placeholder={t("moment.pick")} format="MM-DD HH:mm" value={value} onChange={onChange} />
    </>
  );
}
