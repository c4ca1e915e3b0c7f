import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { client, data } from "@/api/client";
import type { LoanComparison, LoanIn, LoanSchedule } from "@/api/types";

const forever = { staleTime: Number.POSITIVE_INFINITY, placeholderData: keepPreviousData } as const;

export const useSchedule = (loan: LoanIn | null) =>
  useQuery<LoanSchedule>({
    ...forever,
    queryKey: ["post", "/api/v1/loans/schedule", loan],
    enabled: loan !== null,
    queryFn: ({ signal }) => data(client.POST("/api/v1/loans/schedule", { body: loan as LoanIn, signal })),
  });

export const useComparison = (a: LoanIn | null, b: LoanIn | null) =>
  useQuery<LoanComparison>({
    ...forever,
    queryKey: ["post", "/api/v1/loans/compare", a, b],
    enabled: a !== null && b !== null,
    queryFn: ({ signal }) => data(client.POST("/api/v1/loans/compare", { body: { a: a as LoanIn, b: b as LoanIn }, signal })),
  });
