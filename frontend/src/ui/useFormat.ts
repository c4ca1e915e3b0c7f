import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import type { AmountRange } from "@/api/types";
import * as format from "./format";

/** The formats of ux.md section 3 in the current language. */
export function useFormat() {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  return useMemo(() => {
    const translate: format.Translate = (key, values) => String(t(key, { ...values }));
    return {
      english,
      relative: (iso: string, now: number) => format.relative(iso, now, translate),
      due: (iso: string, now: number) => format.due(iso, now, translate),
      exact: (iso: string) => translate("common:time.exact", { time: format.exact(Date.parse(iso)) }),
      money: (fen: number) => format.shortMoney(fen, english),
      range: (amount: AmountRange | null) => format.shortRange(amount, english),
      count: format.count,
      /** A span of seconds in words. */
      span: (seconds: number) => format.span(seconds * 1000, translate),
    };
  }, [t, english]);
}

const stores = new Map<number, { value: number; subscribe: (listener: () => void) => () => void }>();
function ticker(every: number) {
  const known = stores.get(every);
  if (known) return known;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const store = {
    value: serverNow(),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      store.value = serverNow();
      timer ??= setInterval(() => {
        store.value = serverNow();
        for (const tell of listeners) tell();
      }, every);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
  stores.set(every, store);
  return store;
}
/** The server's time, renewed every so many milliseconds; all users of one interval share one timer. */
export function useNow(every: number): number {
  const store = ticker(every);
  return useSyncExternalStore(store.subscribe, () => store.value);
}
