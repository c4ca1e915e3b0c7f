import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { ProductVersion, VersionBody } from "@/api/types";
import { useDraft } from "@/ui/drafts";
import { useLeaveGuard } from "@/ui/leaveGuard";
import { useSettled } from "./useProducts";

type Key = keyof VersionBody;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
/** The parts of two bodies that differ. */
export const changedKeys = (was: VersionBody, now: VersionBody): Key[] => (Object.keys({ ...was, ...now }) as Key[]).filter((key) => !same(was[key], now[key]));

/** Another saved the draft meanwhile: what they changed, and whether it was changed here as well. */
export interface Conflict {
  theirs: ProductVersion;
  keys: { key: Key; both: boolean }[];
}

/** The body of a draft while it is edited: kept until saved, guarded on leaving, and merged when another saved first. */
export function useDraftBody(version: ProductVersion | null) {
  const cache = useQueryClient();
  const settled = useSettled();
  const [base, setBase] = useState(version);
  const [edited, setEdited] = useState<VersionBody | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [idempotencyKey, setIdempotencyKey] = useState(newIdempotencyKey);
  const body = edited ?? base?.body ?? null;
  const shownNote = note ?? base?.note ?? "";
  const dirty = base !== null && ((edited !== null && !same(edited, base.body)) || shownNote !== (base.note ?? ""));
  // A newer state of the draft is taken over while nothing has been changed here.
  if (version && base && version.version > base.version && !dirty && !busy) {
    setBase(version);
    setEdited(null);
    setNote(null);
  }
  useLeaveGuard(dirty && !busy);
  const kept = useDraft<{ body: VersionBody; note: string }>(base ? `products.version.${base.id}` : null, { body: body as VersionBody, note: shownNote }, !dirty);

  const send = async (over: ProductVersion, what: VersionBody): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await data(
        client.PUT("/api/v1/product-versions/{version_id}", {
          params: { path: { version_id: over.id }, header: { ...ifMatch(over.version), "Idempotency-Key": idempotencyKey } },
          body: { body: what, note: shownNote.trim() || null },
        }),
      );
      cache.setQueryData(api.queryOptions("get", "/api/v1/product-versions/{version_id}", { params: { path: { version_id: over.id } } }).queryKey, saved);
      setBase(saved);
      // What was typed while it was being saved stays.
      setEdited((now) => (now === null || same(now, what) ? null : now));
      setNote(null);
      setConflict(null);
      kept.discard();
      void settled();
      return true;
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.code === "core.stale") await meet(over, what);
      else setProblem(error);
      return false;
    } finally {
      setIdempotencyKey(newIdempotencyKey());
      setBusy(false);
    }
  };
  const meet = async (over: ProductVersion, mine: VersionBody) => {
    const theirs = await data(client.GET("/api/v1/product-versions/{version_id}", { params: { path: { version_id: over.id } } }));
    const here = new Set(changedKeys(over.body, mine));
    setConflict({ theirs, keys: changedKeys(over.body, theirs.body).map((key) => ({ key, both: here.has(key) && !same(mine[key], theirs.body[key]) })) });
  };

  return {
    body,
    base,
    note: shownNote,
    dirty,
    busy,
    problem,
    conflict,
    kept,
    change: (next: VersionBody) => setEdited(next),
    setNote,
    revert: () => {
      setEdited(null);
      setNote(null);
      setProblem(null);
      kept.discard();
    },
    takeKept: (found: { body: VersionBody; note: string }) => {
      setEdited(found.body);
      setNote(found.note);
      kept.dismiss();
    },
    save: () => (base && body ? send(base, body) : Promise.resolve(false)),
    /** Saves what is here over theirs, with their value in each of `fromTheirs`. */
    resolve: (fromTheirs: readonly Key[]) => {
      if (!conflict || !body) return Promise.resolve(false);
      const merged = { ...body, ...Object.fromEntries(fromTheirs.map((key) => [key, conflict.theirs.body[key]])) } as VersionBody;
      setEdited(merged);
      setBase(conflict.theirs);
      return send(conflict.theirs, merged);
    },
    dropConflict: () => setConflict(null),
  };
}
export type DraftBody = ReturnType<typeof useDraftBody>;
