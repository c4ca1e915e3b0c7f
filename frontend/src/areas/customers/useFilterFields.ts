import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { stageCodes } from "@/theme/tokens";
import type { FilterField } from "@/ui/FilterBar";
import { useCan } from "@/ui/me";
import { intents } from "./followUpForm";
import { useChannelOptions, useCities, useEmployees } from "./useCustomers";

export function useFilterFields(): FilterField[] {
  const { t } = useTranslation("customers");
  const can = useCan();
  const cities = useCities().data;
  const channels = useChannelOptions(can("channels.view")).data;
  const employees = useEmployees().data;
  return useMemo(() => {
    const fields: FilterField[] = [
      { key: "stage", label: t("column.stage"), multiple: true, options: stageCodes.map((value) => ({ value, label: t(`common:stage.${value}`) })) },
      { key: "intent", label: t("column.intent"), multiple: true, options: intents.map((value) => ({ value, label: t(`common:intent.${value}`) })) },
      { key: "city", label: t("column.city"), options: (cities?.items ?? []).map(({ code, name }) => ({ value: String(code), label: name })) },
    ];
    if (channels) fields.push({ key: "channelId", label: t("column.channel"), options: channels.items.map(({ id, name }) => ({ value: id, label: name })) });
    if (employees && employees.items.length > 1) fields.push({ key: "ownerId", label: t("column.owner"), options: employees.items.map(({ id, displayName }) => ({ value: id, label: displayName })) });
    return fields;
  }, [t, cities, channels, employees]);
}
