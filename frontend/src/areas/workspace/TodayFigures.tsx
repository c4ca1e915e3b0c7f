import { useTranslation } from "react-i18next";
import type { Today } from "@/api/types";
import { Figure } from "@/ui/Figure";
import { Section } from "@/ui/Page";
import { Person } from "@/ui/Person";
import { Tone } from "@/ui/Tone";

export function MyFigures({ figures, own }: { figures: Today["figures"]; own: boolean }) {
  const { t } = useTranslation("workspace");
  return (
    <>
      <Section title={t(own ? "figures.mine" : "figures.team")}>
        <div className="lb-figures">
          <Figure label={t("figures.followUps")} value={figures.followUpsToday} unit={t("figures.times")} definition={t("figures.followUpsDefinition")} />
          <Figure label={t("figures.connected")} value={figures.connectedToday} unit={t("figures.times")} definition={t("figures.connectedDefinition")} />
          <Figure label={t("figures.new")} value={figures.newToday} unit={t("figures.people")} to="/customers?view=new" />
        </div>
      </Section>
      <Section title={t("figures.month")}>
        <div className="lb-figures">
          <Figure label={t("figures.followUps")} value={figures.followUpsMonth} unit={t("figures.times")} />
          <Figure label={t("figures.visits")} value={figures.visitsMonth} unit={t("figures.times")} definition={t("figures.visitsDefinition")} />
        </div>
        {figures.followUpsByDay.length > 0 && <Days days={figures.followUpsByDay} />}
      </Section>
    </>
  );
}

/** Follow-ups by day as bars from zero: the whole bar is all contacts, its filled part those connected. */
function Days({ days }: { days: Today["figures"]["followUpsByDay"] }) {
  const { t } = useTranslation("workspace");
  const highest = Math.max(1, ...days.map((day) => day.count));
  const share = (value: number) => `${(value / highest) * 100}%`;
  return (
    <figure className="lb-days">
      <figcaption className="lb-meta lb-muted">{t("figures.byDay")}</figcaption>
      <ol>
        {days.map((day) => {
          const text = t("figures.dayTitle", { day: day.day.slice(5), count: day.count, connected: day.connected });
          return (
            <li key={day.day} title={text}>
              <span className="lb-sr">{text}</span>
              <span className="lb-days-bar" style={{ height: share(day.count) }} aria-hidden>
                <span style={{ height: day.count ? `${(day.connected / day.count) * 100}%` : 0 }} />
              </span>
              <span className="lb-meta lb-faint" aria-hidden>
                {Number(day.day.slice(8))}
              </span>
            </li>
          );
        })}
      </ol>
    </figure>
  );
}

export function TeamTable({ rows }: { rows: Today["teamRows"] }) {
  const { t } = useTranslation("workspace");
  return (
    <Section title={t("team.title")}>
      <table className="lb-plain-table">
        <thead>
          <tr>
            <th>{t("team.person")}</th>
            <th className="lb-right">{t("team.new")}</th>
            <th className="lb-right">{t("team.late")}</th>
            <th className="lb-right">{t("team.followUps")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.employee.id}>
              <td>
                <span className="lb-row">
                  <Person person={row.employee} away={!row.onDuty} />
                  {!row.onDuty && <Tone tone="grey">{t("team.away")}</Tone>}
                </span>
              </td>
              <td className="lb-right">{row.newToday}</td>
              <td className={row.late > 0 ? "lb-right lb-danger" : "lb-right"}>{row.late}</td>
              <td className="lb-right">{row.followUpsToday}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
