import { useCallback, useEffect, useRef, useState } from "react";
import { client, data } from "@/api/client";

const PAUSE = 3000;

/** A draft kept on the server, never in the browser (it holds personal data): read once, written 3 s after a pause. */
export function useDraft<T extends object>(key: string | null, value: T, untouched: boolean) {
  const [found, setFound] = useState<{ body: T; savedAt: string } | null>(null);
  const [savedAt, setSavedAt] = useState<string | null>(null);
  const done = useRef(false);

  useEffect(() => {
    if (!key) return;
    let here = true;
    data(client.GET("/api/v1/drafts/{key}", { params: { path: { key } } })).then(
      (draft) => here && draft.body && setFound({ body: draft.body as T, savedAt: draft.savedAt }),
      // No draft is the usual case; without the server there is none either.
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [key]);

  const text = JSON.stringify(value);
  useEffect(() => {
    if (!key || untouched || done.current) return;
    const timer = setTimeout(() => {
      if (done.current) return;
      data(client.PUT("/api/v1/drafts/{key}", { params: { path: { key } }, body: { body: JSON.parse(text) as Record<string, unknown> } })).then(
        (draft) => setSavedAt(draft.savedAt),
        () => undefined,
      );
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [key, text, untouched]);

  const discard = useCallback(() => {
    done.current = true;
    setFound(null);
    if (key) void client.DELETE("/api/v1/drafts/{key}", { params: { path: { key } } }).catch(() => undefined);
  }, [key]);
  return { found, savedAt, discard, dismiss: () => setFound(null) };
}
