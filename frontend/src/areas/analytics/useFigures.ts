import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import dayjs, { type Dayjs } from "dayjs";
import { serverNow } from "@/api/clock";
import { api, client, data } from "@/api/client";
import type { paths, components } from "@/api/schema";
import type { FilterValues } from "@/ui/FilterBar";
import { day } from "@/ui/format";

type Schemas = components["schemas"];
export type Funnel = Schemas["FunnelOut"];
export type FunnelStep = Schemas["StepOut"];
export type Drill = Schemas["DrillOut"];
export type Overview = Schemas["OverviewOut"];
export type FunnelQuery = NonNullable<paths["/api/v1/funnel"]["get"]["parameters"]["query"]>;
type DrillQuery = NonNullable<paths["/api/v1/funnel/customers"]["get"]["parameters"]["query"]>;

export const filterKeys = ["from", "to", "by", "split", "channelId", "teamId", "employeeId", "kind", "city"] as const;
export const periods = ["month", "lastMonth", "days30", "days90"] as const;
export const splits = ["none", "channel", "team", "employee", "kind", "city"] as const;
export type Period = (typeof periods)[number];
const PAGE = 50;

/** The first and last day of a period on Shanghai's calendar; a running one ends today. */
export function daysOf(period: Period): { from: string; to: string } {
  const today = dayjs(day(serverNow()));
  const month = today.startOf("month");
  const text = (at: Dayjs) => at.format("YYYY-MM-DD");
  if (period === "lastMonth") return { from: text(month.subtract(1, "month")), to: text(month.subtract(1, "day")) };
  if (period === "days30") return { from: text(today.subtract(29, "day")), to: text(today) };
  if (period === "days90") return { from: text(today.subtract(89, "day")), to: text(today) };
  return { from: text(month), to: text(today) };
}

/** The query as the server types it; the address holds all of it as text. */
export function toQuery(values: FilterValues): FunnelQuery {
  const { city, from, to, ...others } = values;
  const span = from && to ? { from, to } : daysOf("month");
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value)) as FunnelQuery;
  return { ...given, ...span, ...(city ? { city: Number(city) } : {}) };
}

export const useFunnel = (query: FunnelQuery) => api.useQuery("get", "/api/v1/funnel", { params: { query } }, { placeholderData: keepPreviousData });
export const useOverview = (period: Overview["period"]) => api.useQuery("get", "/api/v1/overview", { params: { query: { period } } }, { placeholderData: keepPreviousData });

/** Customers behind a bar: what the server named as the bar's rows. */
export const useDrill = (drill: Drill | null) =>
  useInfiniteQuery({
    queryKey: ["get", "/api/v1/funnel/customers", drill?.query],
    enabled: drill !== null,
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...(drill?.query as DrillQuery), limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      const page = await data(client.GET("/api/v1/funnel/customers", { params: { query }, signal }));
      return { ...page, items: page.items.map((item) => ({ id: item.customer.id, ...item })) };
    },
  });

/** The figures as a CSV file, saved under the period's name. */
export const useExport = () =>
  useMutation({
    mutationFn: async (query: FunnelQuery) => {
      const file = (await data(client.GET("/api/v1/funnel/export", { params: { query }, parseAs: "blob" }))) as unknown as Blob;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `funnel-${query.from}-${query.to}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    },
  });
