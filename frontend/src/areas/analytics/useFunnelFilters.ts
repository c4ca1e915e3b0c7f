import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useChannelOptions, useCities, useEmployees } from "@/areas/customers/useCustomers";
import type { FilterField } from "@/ui/FilterBar";
import { useCan } from "@/ui/me";

const kinds = ["credit", "mortgage", "fund", "business", "tax", "car", "policy", "consumption"] as const;

/** What a funnel can be narrowed by; lists that the viewer may not read are not offered. */
export function useFunnelFilters(): FilterField[] {
  const { t } = useTranslation("analytics");
  const can = useCan();
  const channels = useChannelOptions(can("channels.view")).data?.items ?? [];
  const units = api.useQuery("get", "/api/v1/org-units", {}, { staleTime: 5 * 60_000 }).data?.items ?? [];
  const employees = useEmployees(can("access.employees.view")).data?.items ?? [];
  const cities = useCities().data?.items ?? [];
  const option = (value: string, label: string) => ({ value, label });
  return [
    { key: "channelId", label: t("filter.channel"), options: channels.map(({ id, name }) => option(id, name)) },
    { key: "teamId", label: t("filter.team"), options: units.filter(({ kind }) => kind !== "company").map(({ id, name }) => option(id, name)) },
    { key: "employeeId", label: t("filter.employee"), options: employees.map(({ id, displayName }) => option(id, displayName)) },
    { key: "kind", label: t("filter.kind"), options: kinds.map((kind) => option(kind, t(`kind.${kind}`))) },
    { key: "city", label: t("filter.city"), options: cities.map(({ code, name }) => option(String(code), name)) },
  ].filter(({ options }) => options.length > 1);
}
