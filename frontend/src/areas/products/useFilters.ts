import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters of a list; they are the query string and equal the REST query. */
export function useFilters<K extends string>(keys: readonly K[]) {
  const [query, setQuery] = useSearchParams();
  const text = query.toString();
  const values = useMemo(() => {
    const asked = new URLSearchParams(text);
    return Object.fromEntries(keys.map((key) => [key, asked.get(key) ?? undefined])) as Record<K, string | undefined>;
  }, [text, keys]);
  const set = useCallback(
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
  return { values, set, query, reset: () => set(Object.fromEntries(keys.map((key) => [key, undefined]))), active: Object.values(values).some(Boolean) };
}
