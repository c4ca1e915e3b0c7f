import { useQueryState } from "@/ui/listState";
import { FIRST_VIEW, filterKeys } from "./useCustomers";

export type ListFilters = Record<(typeof filterKeys)[number], string | undefined>;

/** View, filters and sort of the list; they are the query string and equal the REST query. */
export const useListState = () => useQueryState(FIRST_VIEW, filterKeys);
export type ListState = ReturnType<typeof useListState>;
