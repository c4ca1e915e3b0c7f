import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { day, wall } from "./format";
import { useFormat, useNow } from "./useFormat";
import "./timeline.css";

export interface Moment {
  id: string;
  at: string;
  actor: string | null;
  text: ReactNode;
  icon?: ReactNode;
  detail?: ReactNode;
}

/** One stream, newest first, under sticky heads of days. */
export function Timeline({ moments, more }: { moments: readonly Moment[]; more?: ReactNode }) {
  const { t } = useTranslation("ui");
  const now = useNow(30_000);
  const format = useFormat();
  const days = new Map<number, Moment[]>();
  for (const moment of moments) {
    const key = wall(Date.parse(moment.at)).dayNumber;
    days.set(key, [...(days.get(key) ?? []), moment]);
  }
  const today = wall(now).dayNumber;
  const head = (key: number, at: string) => (key === today ? t("timeline.today") : key === today - 1 ? t("timeline.yesterday") : day(Date.parse(at)));
  return (
    <div className="lb-timeline">
      {[...days].map(([key, entries]) => (
        <section key={key}>
          <h3 className="lb-timeline-day">{head(key, entries[0]?.at ?? "")}</h3>
          <ol>
            {entries.map((moment) => (
              <li key={moment.id} id={`moment-${moment.id}`} className="lb-timeline-entry">
                <time dateTime={moment.at} title={format.exact(moment.at)} className="lb-meta lb-faint">
                  {key === today ? format.relative(moment.at, now) : format.exact(moment.at).slice(11, 16)}
                </time>
                <div className="lb-stack lb-stack-tight lb-grow">
                  <span className="lb-row lb-row-wrap">
                    {moment.icon}
                    {moment.actor && <span className="lb-muted">{moment.actor}</span>}
                    <span>{moment.text}</span>
                  </span>
                  {moment.detail}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {more}
    </div>
  );
}
