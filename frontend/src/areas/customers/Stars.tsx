import { App, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import type { Customer, CustomerRow } from "@/api/types";
import { findAction } from "@/ui/ActionButton";
import { EMPTY } from "@/ui/format";
import { Tone } from "@/ui/Tone";
import type { ToneName } from "@/theme/tokens";
import { useSetStars } from "./useQualification";
import "./qualification.css";

const contactTones: Record<CustomerRow["contactState"], ToneName> = { new: "slate", connected: "green", unreachable: "amber", invalid: "grey" };

/** Whether the customer can be reached; how often nobody answered. */
export function ContactTone({ row }: { row: Pick<CustomerRow, "contactState" | "unreachableCount"> }) {
  const { t } = useTranslation("customers");
  const { contactState, unreachableCount } = row;
  return <Tone tone={contactTones[contactState]}>{t(`contact.${contactState}`, { count: unreachableCount })}</Tone>;
}

/** The stars of a row; its meaning is the accessible name. */
export function StarCount({ stars }: { stars: number | null }) {
  const { t } = useTranslation("customers");
  if (stars === null) return <span className="lb-faint">{EMPTY}</span>;
  return (
    <span className={stars === 0 ? "lb-faint" : "lb-warning"} role="img" aria-label={t(`stars.meaning.${stars}`)} title={t(`stars.meaning.${stars}`)}>
      {t("stars.short", { count: stars })}
    </span>
  );
}

const SCALE = [0, 1, 2, 3, 4, 5] as const;

/** 0–5 as the trade counts them, each with its meaning; the chosen one again takes the mark back. */
export function Stars({ customer }: { customer: Customer }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const set = useSetStars(customer);
  const [pending, setPending] = useState<number | null | undefined>();
  const stars = pending === undefined ? customer.stars : pending;
  const action = findAction(customer.allowedActions, "edit");
  const refused = action?.allowed !== true;
  const isOn = (level: number) => stars !== null && (level === 0 ? stars === 0 : level <= stars);
  const choose = (next: number) => {
    if (refused || pending !== undefined) return;
    const wanted = next === customer.stars ? null : next;
    setPending(wanted);
    set(wanted)
      .catch((error: unknown) => void message.error(isProblem(error) ? error.message : String(error)))
      .finally(() => setPending(undefined));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (!/^[0-5]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    choose(Number(event.key));
  };
  return (
    <span className="lb-stars" role="radiogroup" aria-label={t("stars.label")} onKeyDown={onKeyDown}>
      {SCALE.map((level) => (
        <Tooltip key={level} title={refused ? action?.reason?.message : t(`stars.meaning.${level}`)}>
          <button
            type="button"
            role="radio"
            aria-checked={stars === level}
            aria-label={t(`stars.meaning.${level}`)}
            aria-disabled={refused}
            className={level === 0 ? "lb-star lb-star-none" : "lb-star"}
            data-on={isOn(level)}
            onClick={() => choose(level)}
          >
            {level === 0 ? "0" : isOn(level) ? "★" : "☆"}
          </button>
        </Tooltip>
      ))}
      {stars === null && <span className="lb-meta lb-faint">{t("stars.none")}</span>}
    </span>
  );
}
