import { DatePicker } from "antd";
import dayjs from "dayjs";
import { usePhone } from "@/theme/mode";
import { fromWall } from "./format";

interface MomentInputProps {
  label?: string;
  id?: string;
  placeholder?: string;
  value?: string | null;
  onChange?: (at: string | null) => void;
  /** `MM-DD HH:mm` where the year goes without saying. */
  format?: string;
}

/** Any moment, on Shanghai's clock whatever the browser's is. */
export function MomentInput({ label, id, placeholder, value, onChange, format = "YYYY-MM-DD HH:mm" }: MomentInputProps) {
  const phone = usePhone();
  return (
    <DatePicker
      showTime={{ format: "HH:mm", minuteStep: 5 }}
      format={format}
      inputReadOnly={phone}
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      {...(placeholder ? { placeholder } : {})}
      value={value ? inShanghai(value) : null}
      onChange={(picked) => onChange?.(picked ? new Date(fromWall(picked.year(), picked.month() + 1, picked.date(), picked.hour(), picked.minute())).toISOString() : null)}
    />
  );
}

/** The picker works on the browser's wall clock; this shows it Shanghai's. */
function inShanghai(iso: string) {
  const shifted = new Date(Date.parse(iso) + 8 * 3600_000);
  return dayjs(new Date(shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate(), shifted.getUTCHours(), shifted.getUTCMinutes()));
}
