import { useCallback } from "react";
import { useSearchParams } from "react-router";
import { FIRST_VIEW, filterKeys } from "./useCustomers";

export type ListFilters = Record<(typeof filterKeys)[number], string | undefined>;

/** View, filters and sort of the list; they are the query string and equal the REST query. */
export function useListState() {
  const [query, setQuery] = useSearchParams();
  const filters = Object.fromEntries(filterKeys.map((key) => [key, query.get(key) ?? undefined])) as ListFilters;
  const change = useCallback(
    (parts: Record<string, string | undefined>) =>
      setQuery(
        (before) => {
          for (const [key, value] of Object.entries(parts)) {
            if (value) before.set(key, value);
            else before.delete(key);
          }
          return before;
        },
        { replace: true },
      ),
    [setQuery],
  );
  const nothing = Object.fromEntries(filterKeys.map((key) => [key, undefined]));
  return {
    view: query.get("view") ?? FIRST_VIEW,
    filters,
    sort: query.get("sort") ?? undefined,
    setView: (view: string, kept: Record<string, string | undefined> = {}) => change({ ...nothing, sort: undefined, ...kept, view: view === FIRST_VIEW ? undefined : view }),
    setFilter: (key: string, value: string | undefined) => change({ [key]: value }),
    setSort: (sort: string | undefined) => change({ sort }),
    reset: () => change(nothing),
  };
}
export type ListState = ReturnType<typeof useListState>;
