import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, data } from "@/api/client";
import type { Match, MatchIn, MatchItem } from "@/api/types";
import type { Facts } from "@/ui/qualification";

export const aims = ["cost", "amount", "instalment", "speed"] as const satisfies readonly NonNullable<MatchIn["aim"]>[];
export type Aim = (typeof aims)[number];
export interface Wish {
  amountFen: number | null;
  months: number | null;
  aim: Aim;
}
export const NO_WISH: Wish = { amountFen: null, months: null, aim: "cost" };

/** Every product against facts that are stored nowhere. */
export function useFactsMatch(facts: Facts, wish: Wish, enabled = true) {
  const body = { facts, ...wish };
  return useQuery<Match>({
    queryKey: ["post", "/api/v1/matches", body],
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    queryFn: ({ signal }) => data(client.POST("/api/v1/matches", { body, signal })),
  });
}

/** Every product against a customer, with `facts` in place of what is saved. The server keeps each run, so it is run only when something changed. */
export function useCustomerMatch(customerId: string, facts: Facts, wish: Wish) {
  const body = { facts, ...wish };
  return useQuery<Match>({
    queryKey: ["post", "/api/v1/customers/{customer_id}/matches", { customerId, ...body }],
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: ({ signal }) => data(client.POST("/api/v1/customers/{customer_id}/matches", { params: { path: { customer_id: customerId } }, body, signal })),
  });
}

export type Outcome = "yes" | "unknown" | "near" | "no";
export const outcomes = ["yes", "unknown", "near", "no"] as const satisfies readonly Outcome[];
export const outcomeOf = (item: MatchItem): Outcome => (item.verdict === "no" && item.near ? "near" : item.verdict);

/** The value once it has not changed for a while: one run for a typed number, not one a key. */
export function useSettled<T>(value: T, after = 350): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), after);
    return () => clearTimeout(timer);
  }, [text, after]);
  return settled;
}
