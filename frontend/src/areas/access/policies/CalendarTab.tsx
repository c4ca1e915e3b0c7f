import { LeftOutlined, PlusOutlined, RightOutlined, DeleteOutlined } from "@/ui/icons";
import { Alert, App, Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { serverNow } from "@/api/clock";
import { client, data, newIdempotencyKey } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { CalendarDay } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import { DayPick } from "@/ui/DayPick";
import { wall } from "@/ui/format";
import { Section } from "@/ui/Page";
import { SchemaForm } from "@/ui/SchemaForm";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useCalendar, useCalendarChanged } from "./usePolicies";

const DAY = 86_400_000;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
/** 1 Monday … 7 Sunday. */
const weekday = (day: string): number => new Date(at(day)).getUTCDay() || 7;
interface Run {
  first: CalendarDay;
  last: CalendarDay;
  days: number;
}
/** Days in a row that say the same; the company's own stand alone, so that each can be taken back. */
export function runsOf(days: readonly CalendarDay[]): Run[] {
  const runs: Run[] = [];
  for (const day of days) {
    const run = runs.at(-1);
    const goesOn = run && day.source !== "company" && run.last.source === day.source && run.last.title === day.title && run.last.working === day.working && at(day.day) - at(run.last.day) === DAY;
    if (goesOn) Object.assign(run, { last: day, days: run.days + 1 });
    else runs.push({ first: day, last: day, days: 1 });
  }
  return runs;
}

/** A year's holidays and make-up days, and the company's own word on single days. */
export function CalendarTab() {
  const { t } = useTranslation("policies");
  const phone = usePhone();
  const [query, setQuery] = useSearchParams();
  const thisYear = wall(serverNow()).year;
  const year = Number(query.get("year")) || thisYear;
  const calendar = useCalendar(year);
  const [adding, setAdding] = useState(false);
  const go = (to: number) =>
    setQuery(
      (before) => {
        before.set("year", String(to));
        return before;
      },
      { replace: true },
    );
  const runs = runsOf(calendar.data?.days ?? []);
  const company = runs.filter(({ first }) => first.source === "company");
  return (
    <div className="lb-stack">
      <div className="lb-row lb-between lb-row-wrap">
        <span className="lb-row">
          <Button icon={<LeftOutlined />} aria-label={t("calendar.before")} onClick={() => go(year - 1)} />
          <strong>{t("calendar.year", { year })}</strong>
          <Button icon={<RightOutlined />} aria-label={t("calendar.after")} onClick={() => go(year + 1)} />
        </span>
        <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t("calendar.add")}
        </Button>
      </div>
      {!calendar.data ? (
        <StateView state={calendar.error ? "error" : "loading"} error={calendar.error} onRetry={() => void calendar.refetch()} />
      ) : (
        <>
          {!calendar.data.covered && <Alert type="warning" showIcon title={t("calendar.uncovered", { year })} />}
          <div className="lb-calendar">
            <Section title={t("calendar.company")}>
              {company.length === 0 ? <p className="lb-muted">{t("calendar.noCompany")}</p> : <Runs runs={company} />}
            </Section>
            {calendar.data.covered && (
              <Section title={t("calendar.state")}>
                <Runs runs={runs.filter(({ first }) => first.source !== "company")} />
              </Section>
            )}
          </div>
        </>
      )}
      <Drawer open={adding} onClose={() => setAdding(false)} title={t("calendar.add")} size={phone ? "100%" : 480} destroyOnHidden>
        <DayForm onDone={(day) => (setAdding(false), go(Number(day.day.slice(0, 4))))} onCancel={() => setAdding(false)} />
      </Drawer>
    </div>
  );
}

function Runs({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation("policies");
  const name = (day: string) => t("calendar.day", { day: day.slice(5), weekday: t(`weekday.long.${weekday(day)}`) });
  return (
    <ul className="lb-runs">
      {runs.map(({ first, last, days }) => (
        <li key={first.day}>
          <span>{days > 1 ? t("calendar.range", { first: name(first.day), last: name(last.day) }) : name(first.day)}</span>
          <Tone tone={first.working ? "amber" : "green"}>{t(first.makeup && first.source === "state" ? "calendar.makeup" : first.working ? "calendar.working" : "calendar.off")}</Tone>
          <span className="lb-grow">
            {first.title} {days > 1 && <span className="lb-meta lb-muted">{t("calendar.days", { count: days })}</span>}
          </span>
          {first.source === "company" && <Remove day={first} />}
        </li>
      ))}
    </ul>
  );
}

function Remove({ day }: { day: CalendarDay }) {
  const { t } = useTranslation("policies");
  const { message, modal } = App.useApp();
  const changed = useCalendarChanged();
  const remove = async () => {
    try {
      await client.DELETE("/api/v1/calendar-days/{day}", { params: { path: { day: day.day }, header: { "Idempotency-Key": newIdempotencyKey() } } });
      void message.success(t("calendar.removed"));
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("calendar.failed"));
    }
    await changed();
  };
  return (
    <Button
      type="text"
      icon={<DeleteOutlined />}
      aria-label={t("calendar.remove", { day: day.day })}
      onClick={() => modal.confirm({ title: t("calendar.removeTitle", { day: day.day, title: day.title }), content: t("calendar.removeDetail"), okText: t("calendar.removeSubmit"), cancelText: t("editor.cancel"), onOk: remove })}
    />
  );
}

type Kind = "off" | "working";
function KindPick({ value, onChange }: { value?: Kind; onChange?: (value: Kind) => void }) {
  const { t } = useTranslation("policies");
  return <ChipGroup label={t("calendar.kind")} value={value ?? null} options={(["off", "working"] as const).map((kind) => ({ value: kind, label: t(`calendar.${kind}`) }))} onChange={(kind) => onChange?.(kind)} />;
}

function DayForm({ onDone, onCancel }: { onDone: (day: CalendarDay) => void; onCancel: () => void }) {
  const { t } = useTranslation("policies");
  const changed = useCalendarChanged();
  return (
    <SchemaForm
      fields={[
        { name: "day", label: t("calendar.date"), required: true, control: <DayPick /> },
        { name: "working", label: t("calendar.kind"), required: true, control: <KindPick /> },
        { name: "title", label: t("calendar.reason"), required: true, maxLength: 40, hint: t("calendar.reasonHint") },
      ]}
      initial={{ working: "off" }}
      submitLabel={t("calendar.save")}
      note={<p className="lb-meta lb-muted">{t("calendar.note")}</p>}
      onCancel={onCancel}
      submit={({ day, working, title }, idempotencyKey) =>
        data(client.PUT("/api/v1/calendar-days/{day}", { params: { path: { day: day ?? "" }, header: { "Idempotency-Key": idempotencyKey } }, body: { working: working === "working", title: title ?? "" } }))
      }
      onDone={(day) => {
        void changed();
        onDone(day);
      }}
    />
  );
}
