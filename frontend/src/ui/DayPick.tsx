import { DatePicker } from "antd";
import dayjs from "dayjs";
import { usePhone } from "@/theme/mode";
import { serverNow } from "@/api/clock";
import { day } from "./format";

interface DayPickProps {
  id?: string;
  label?: string;
  /** `2026-11-24`, a day of Shanghai. */
  value?: string | null;
  onChange?: (day: string | null) => void;
  /** Nothing after today. */
  past?: boolean;
  allowClear?: boolean;
}

/** A day, as text on both sides; a form's control. */
export function DayPick({ id, label, value, onChange, past = false, allowClear = false }: DayPickProps) {
  const phone = usePhone();
  const today = day(serverNow());
  return (
    <DatePicker
      style={{ width: "100%" }}
      allowClear={allowClear}
      inputReadOnly={phone}
      format="YYYY-MM-DD"
      placeholder={label ?? "YYYY-MM-DD"}
      value={value ? dayjs(value) : null}
      onChange={(picked) => onChange?.(picked ? picked.format("YYYY-MM-DD") : null)}
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      {...(past ? { disabledDate: (date: dayjs.Dayjs) => date.format("YYYY-MM-DD") > today } : {})}
    />
  );
}
