import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { TodayItem } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { CallButton } from "@/areas/customers/Call";
import { useFollowUp } from "@/areas/customers/FollowUp";
import { nameOf } from "@/areas/customers/nameOf";
import { ActionButton } from "@/ui/ActionButton";
import { DueClock } from "@/ui/DueClock";
import { Intent, Tone } from "@/ui/Tone";
import { useFormat } from "@/ui/useFormat";
import type { ToneName } from "@/theme/tokens";

const tones: Record<TodayItem["kind"], ToneName> = { new: "blue", late: "red", due: "amber", unreached: "slate" };

/** One thing to do, with why it is here. */
export function QueueRow({ item, current, onPoint }: { item: TodayItem; current: boolean; onPoint: () => void }) {
  const { t } = useTranslation(["workspace", "customers"]);
  const format = useFormat();
  const phone = usePhone();
  const followUp = useFollowUp();
  const { customer } = item;
  return (
    <li id={`queue-${customer.id}`} className="lb-queue-row" data-current={current} onPointerDown={onPoint}>
      <div className="lb-queue-who">
        <Link to={`/customers/${customer.id}`} className="lb-ellipsis">
          <strong>{nameOf(customer.name)}</strong>
        </Link>
        <Intent intent={customer.intent} />
        <span className="lb-queue-city">{customer.city?.name ?? t("common:unknown")}</span>
        <span className="lb-queue-amount">{format.range(customer.wantedAmount)}</span>
      </div>
      <div className="lb-queue-why">
        <Tone tone={tones[item.kind]}>{t(`today.kindWord.${item.kind}`)}</Tone>
        <span className="lb-ellipsis lb-muted" title={item.reason}>
          {item.reason}
        </span>
      </div>
      <span className="lb-queue-due">{item.dueAt ? <DueClock at={item.dueAt} /> : null}</span>
      <div className="lb-row lb-queue-actions">
        <CallButton row={customer} compact={!phone} />
        {!phone && (
          <ActionButton actions={customer.allowedActions} action="follow_up" size="small" onClick={() => followUp(customer)}>
            {t("customers:action.followUp")}
          </ActionButton>
        )}
      </div>
    </li>
  );
}
