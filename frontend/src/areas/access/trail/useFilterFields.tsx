import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import type { FilterField } from "@/ui/FilterBar";
import { day } from "@/ui/format";
import { useCan } from "@/ui/me";
import { DayPick } from "@/ui/DayPick";
import { isAddress } from "@/ui/networks";
import { clients } from "../policies/draft";
import { useStaff } from "../policies/usePolicies";
import { useActs } from "./useAudit";

const spans = { today: 0, week: 6, month: 29, quarter: 89 } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Time, act, person, record, session, address, client; `days` is the span of both ends as one value. */
export function useFilterFields(): FilterField[] {
  const { t } = useTranslation("audit");
  const can = useCan();
  const acts = useActs().data?.items;
  const staff = useStaff(can("access.employees.view")).data?.items;
  return useMemo(() => {
    const id = (text: string) => (UUID.test(text) ? null : t("filter.notId"));
    const grouped = (acts ?? []).map(({ action, title, area }) => ({ value: action, label: title, group: String(t(`area.${area}`, { defaultValue: area })) })).toSorted((a, b) => a.group.localeCompare(b.group, "zh"));
    const fields: FilterField[] = [
      { key: "days", label: t("filter.days"), show: (value) => value.split(",").filter(Boolean).join(" – "), panel: (value, onChange) => <Span value={value} onChange={onChange} /> },
      { key: "action", label: t("column.action"), multiple: true, options: grouped },
    ];
    if (staff) fields.push({ key: "actorId", label: t("column.actor"), options: staff.map(({ id: value, displayName }) => ({ value, label: displayName })) });
    fields.push(
      { key: "client", label: t("column.client"), options: clients.map((value) => ({ value, label: t(`client.${value}`) })) },
      { key: "ip", label: t("column.ip"), check: (text) => (isAddress(text) ? null : t("filter.notIp")) },
      { key: "subjectId", label: t("filter.record"), check: id },
      { key: "sessionId", label: t("column.session"), check: id },
    );
    return fields;
  }, [t, acts, staff]);
}

function Span({ value, onChange }: { value: string | undefined; onChange: (value: string | undefined) => void }) {
  const { t } = useTranslation("audit");
  const phone = usePhone();
  const [from = "", to = ""] = (value ?? "").split(",");
  const now = serverNow();
  const today = day(now);
  const begin = (span: keyof typeof spans) => day(now - spans[span] * 86_400_000);
  const chosen = (Object.keys(spans) as (keyof typeof spans)[]).find((span) => begin(span) === from && to === today) ?? null;
  return (
    <>
      <ChipGroup label={t("filter.days")} value={chosen} options={(Object.keys(spans) as (keyof typeof spans)[]).map((span) => ({ value: span, label: t(`filter.span.${span}`) }))} onChange={(span) => onChange(`${begin(span)},${today}`)} />
      {phone ? (
        <div className="lb-stack lb-stack-tight">
          <DayPick past label={t("export.from")} value={from || null} onChange={(next) => onChange(`${next ?? ""},${to}`)} />
          <DayPick past label={t("export.to")} value={to || null} onChange={(next) => onChange(`${from},${next ?? ""}`)} />
        </div>
      ) : (
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          aria-label={t("filter.days")}
          format="YYYY-MM-DD"
          value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
          disabledDate={(date) => date.format("YYYY-MM-DD") > today}
          onChange={(ends) => onChange(ends && (ends[0] || ends[1]) ? ends.map((end) => end?.format("YYYY-MM-DD") ?? "").join(",") : undefined)}
        />
      )}
    </>
  );
}
