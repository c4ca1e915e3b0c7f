import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** View, filters and sort of a list; they are the query string and equal the REST query. */
export function useQueryState<K extends string>(firstView: string, filterKeys: readonly K[]) {
  const [query, setQuery] = useSearchParams();
  const filters = Object.fromEntries(filterKeys.map((key) => [key, query.get(key) ?? undefined])) as Record<K, string | undefined>;
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
    view: query.get("view") ?? firstView,
    filters,
    sort: query.get("sort") ?? undefined,
    setView: (view: string, kept: Record<string, string | undefined> = {}) => change({ ...nothing, sort: undefined, ...kept, view: view === firstView ? undefined : view }),
    setFilter: (key: string, value: string | undefined) => change({ [key]: value }),
    setSort: (sort: string | undefined) => change({ sort }),
    reset: () => change(nothing),
    change,
    query,
  };
}
