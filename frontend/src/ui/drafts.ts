import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client, data } from "@/api/client";
import { keepPreference, readPreferences } from "./preferences";

const PAUSE = 3000;
const NAMES = "drafts";

// Which drafts there are is kept among the preferences, so that a form without one asks for none.
const named = async (cache: QueryClient): Promise<string[]> => ((await readPreferences(cache))[NAMES] as string[] | undefined) ?? [];
async function name(cache: QueryClient, key: string, exists: boolean): Promise<void> {
  const names = await named(cache);
  if (names.includes(key) === exists) return;
  keepPreference(cache, NAMES, exists ? [...names, key] : names.filter((other) => other !== key));
}

/** A draft kept on the server, never in the browser (it holds personal data): read once, written 3 s after a pause. */
export function useDraft<T extends object>(key: string | null, value: T, untouched: boolean) {
  const cache = useQueryClient();
  const [found, setFound] = useState<{ body: T; savedAt: string } | null>(null);
  const [savedAt, setSavedAt] = useState<string | null>(null);
  const done = useRef(false);

  useEffect(() => {
    if (!key) return;
    let here = true;
    const read = async () => {
      if (!(await named(cache)).includes(key)) return;
      const draft = await data(client.GET("/api/v1/drafts/{key}", { params: { path: { key } } }));
      if (here) setFound({ body: draft.body as T, savedAt: draft.savedAt });
    };
    // A draft that cannot be read is none; the form is there all the same.
    read().catch(() => undefined);
    return () => {
      here = false;
    };
  }, [cache, key]);

  const text = JSON.stringify(value);
  useEffect(() => {
    // Saved or taken back: what is typed from then on is another draft.
    if (untouched) done.current = false;
    if (!key || untouched || done.current) return;
    const write = async () => {
      if (done.current) return;
      const draft = await data(client.PUT("/api/v1/drafts/{key}", { params: { path: { key } }, body: { body: JSON.parse(text) as Record<string, unknown> } }));
      setSavedAt(draft.savedAt);
      await name(cache, key, true);
    };
    const timer = setTimeout(() => void write().catch(() => undefined), PAUSE);
    return () => clearTimeout(timer);
  }, [cache, key, text, untouched]);

  const kept = found !== null || savedAt !== null;
  const discard = useCallback(() => {
    done.current = true;
    setFound(null);
    if (!key || !kept) return;
    const drop = async () => {
      await client.DELETE("/api/v1/drafts/{key}", { params: { path: { key } } });
      await name(cache, key, false);
    };
    void drop().catch(() => undefined);
  }, [cache, key, kept]);
  return { found, savedAt, discard, dismiss: () => setFound(null) };
}
