import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "./ChipGroup";
import { fromWall } from "./format";
import { presets, presetTime } from "./moments";

/** A moment ahead: the presets that have not passed, or any time by the picker, on Shanghai's clock. */
export function MomentPick({ label, value, onChange }: { label: string; value: string | null; onChange: (at: string | null) => void }) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const times = presets.map((preset) => ({ preset, at: presetTime(preset, serverNow()) }));
  return (
    <>
      <ChipGroup
        label={label}
        value={null}
        onChange={(preset) => onChange(presetTime(preset, serverNow()))}
        options={times.filter(({ at }) => at !== null).map(({ preset }) => ({ value: preset, label: t(`moment.preset.${preset}`) }))}
      />
      <DatePicker
        showTime={{ format: "HH:mm", minuteStep: 5 }}
        format="MM-DD HH:mm"
        placeholder={t("moment.pick")}
        aria-label={t("moment.pick")}
        inputReadOnly={phone}
        value={value ? inShanghai(value) : null}
        onChange={(picked) => onChange(picked ? new Date(fromWall(picked.year(), picked.month() + 1, picked.date(), picked.hour(), picked.minute())).toISOString() : null)}
      />
    </>
  );
}

/** The picker works on the browser's wall clock; this shows it Shanghai's. */
function inShanghai(iso: string) {
  const shifted = new Date(Date.parse(iso) + 8 * 3600_000);
  return dayjs(new Date(shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate(), shifted.getUTCHours(), shifted.getUTCMinutes()));
}
