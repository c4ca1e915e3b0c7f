import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { push } from "@/api/push";
import type { CustomerRow } from "@/api/types";
import { useMe } from "@/ui/me";
import { fits, insertRows, readRow } from "./live";
import { toFilter } from "./useCustomers";
import type { ListState } from "./useListState";

const HIGHLIGHT = 1500;

/** New rows by push: put in at once while the list stands at its top, otherwise counted in a bar, so that no row moves under a cursor. */
export function useArrivals({ view, filters }: ListState) {
  const cache = useQueryClient();
  const { employee } = useMe();
  const [waiting, setWaiting] = useState<readonly CustomerRow[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(() => new Set());
  const atTop = useRef(true);
  const filter = toFilter(view, filters);
  const latest = useRef(filter);
  useEffect(() => {
    latest.current = filter;
  });
  const insert = useCallback(
    (rows: readonly CustomerRow[]) => {
      insertRows(cache, rows, employee.id);
      setFresh(new Set(rows.map(({ id }) => id)));
    },
    [cache, employee.id],
  );
  useEffect(
    () =>
      push.on(({ kind, data }) => {
        if (kind !== "customers.arrived") return;
        const take = (row: CustomerRow) => {
          if (atTop.current) insert([row]);
          else if (fits(row, latest.current, employee.id)) setWaiting((rows) => [row, ...rows]);
        };
        // Gone or out of scope again before it was read: there is no row to show.
        readRow(String(data.customerId)).then(take, () => undefined);
      }),
    [insert, employee.id],
  );
  useEffect(() => {
    if (fresh.size === 0) return;
    const timer = setTimeout(() => setFresh(new Set()), HIGHLIGHT);
    return () => clearTimeout(timer);
  }, [fresh]);
  const show = () => {
    insert(waiting);
    setWaiting([]);
  };
  const setAtTop = useCallback((now: boolean) => {
    atTop.current = now;
  }, []);
  return { fresh, waiting: waiting.length, show, setAtTop };
}
