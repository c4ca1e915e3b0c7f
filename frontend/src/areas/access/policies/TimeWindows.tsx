import { AutoComplete, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { EditableRows } from "@/ui/EditableRows";
import { useText } from "@/ui/useText";
import type { Part } from "./draft";

type Window = Part<"time">["windows"][number];
const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const MINUTES = 1440;
const halfHours = Array.from({ length: 49 }, (_, index) => `${String(index >> 1).padStart(2, "0")}:${index % 2 ? "30" : "00"}`);

const minutesOf = (time: string): number | null => {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
};
/** `8`, `830` and `8:30` are 08:00 and 08:30; what cannot be read stays for the server to refuse. */
export function readTime(text: string): string {
  const found = /^(\d{1,2})(?:[::.]?(\d{2}))?$/.exec(text.trim());
  return found ? `${(found[1] ?? "").padStart(2, "0")}:${found[2] ?? "00"}` : text.trim();
}
const overnight = (window: Window): boolean => {
  const [start, end] = [minutesOf(window.start), minutesOf(window.end)];
  return start !== null && end !== null && end <= start;
};

interface TimeWindowsProps {
  windows: readonly Window[];
  onChange: (windows: Window[]) => void;
  errors: ReadonlyMap<string, string>;
}

/** Weekly hours as rows of days with a start and an end, and the week they make up. */
export function TimeWindows({ windows, onChange, errors }: TimeWindowsProps) {
  const { t } = useTranslation("policies");
  const wrong = (index: number) => [...errors].filter(([place]) => place.startsWith(`windows/${index}/`) || place === `windows/${index}`).map(([, message]) => message);
  return (
    <div className="lb-stack">
      <EditableRows
        rows={windows}
        onChange={onChange}
        max={21}
        blank={() => ({ days: [6], start: "09:00", end: "18:00" })}
        addLabel={t("time.add")}
        rowName={(index) => t("time.row", { number: index + 1 })}
      >
        {(window, change, index) => (
          <div className="lb-stack lb-stack-tight lb-grow">
            <div className="lb-row lb-row-wrap">
              <Days days={window.days} onChange={(days) => change({ ...window, days })} />
              <span className="lb-row">
                <Clock label={t("time.start")} value={window.start} onChange={(start) => change({ ...window, start })} />
                <span aria-hidden>–</span>
                <Clock label={t("time.end")} value={window.end} onChange={(end) => change({ ...window, end })} />
                {overnight(window) && <span className="lb-meta lb-muted">{t("time.nextDay")}</span>}
              </span>
            </div>
            {wrong(index).map((message) => (
              <span key={message} className="lb-danger lb-meta" role="alert">
                {message}
              </span>
            ))}
          </div>
        )}
      </EditableRows>
      <Week windows={windows} />
    </div>
  );
}

function Days({ days, onChange }: { days: readonly number[]; onChange: (days: number[]) => void }) {
  const { t } = useTranslation("policies");
  const toggle = (day: number) => onChange(DAYS.filter((other) => (other === day ? !days.includes(day) : days.includes(other))));
  return (
    <span className="lb-days" role="group" aria-label={t("time.days")}>
      {DAYS.map((day) => (
        <button key={day} type="button" className="lb-day" aria-pressed={days.includes(day)} aria-label={t(`weekday.long.${day}`)} onClick={() => toggle(day)}>
          {t(`weekday.short.${day}`)}
        </button>
      ))}
    </span>
  );
}

function Clock({ label, value, onChange }: { label: string; value: string; onChange: (time: string) => void }) {
  const [text, setText] = useText(value, String, readTime);
  const set = (typed: string) => {
    setText(typed);
    onChange(readTime(typed));
  };
  return <AutoComplete aria-label={label} className="lb-clock" value={text} options={halfHours.map((time) => ({ value: time }))} onChange={set} onBlur={() => setText(readTime(text))} />;
}

/** The hours of a week as bars; what runs past midnight goes on in the next day's row. */
function Week({ windows }: { windows: readonly Window[] }) {
  const { t } = useTranslation("policies");
  const bars = (day: number) =>
    windows.flatMap((window) => {
      const [start, end] = [minutesOf(window.start), minutesOf(window.end)];
      if (start === null || end === null || start > MINUTES || end > MINUTES) return [];
      const before = day === 1 ? 7 : day - 1;
      const later = end <= start;
      return [...(window.days.includes(day) ? [[start, later ? MINUTES : end]] : []), ...(later && end > 0 && window.days.includes(before) ? [[0, end]] : [])] as [number, number][];
    });
  return (
    <div className="lb-week" role="img" aria-label={t("time.week")}>
      <span />
      <span className="lb-week-hours lb-meta lb-faint">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {hour}
          </span>
        ))}
      </span>
      {DAYS.map((day) => (
        <WeekDay key={day} name={t(`weekday.short.${day}`)} bars={bars(day)} />
      ))}
    </div>
  );
}

function WeekDay({ name, bars }: { name: string; bars: readonly (readonly [number, number])[] }) {
  return (
    <>
      <span className="lb-meta lb-muted">{name}</span>
      <span className="lb-week-day">
        {bars.map(([start, end], index) => (
          <Tooltip key={`${start}-${index}`} title={`${halfText(start)}–${halfText(end)}`}>
            <span className="lb-week-bar" style={{ left: `${(start / MINUTES) * 100}%`, width: `${((end - start) / MINUTES) * 100}%` }} />
          </Tooltip>
        ))}
      </span>
    </>
  );
}
const halfText = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
