import { onEnding } from "./session";

/** The role as which this tab sees the product; in memory only, so a reload ends it, and so do signing out and locking. */
export interface PreviewedRole {
  id: string;
  name: string;
}

let role: PreviewedRole | null = null;
const watchers = new Set<() => void>();

export const previewedRole = (): PreviewedRole | null => role;

export function previewRole(next: PreviewedRole | null): void {
  if (role === next) return;
  role = next;
  for (const watcher of watchers) watcher();
}

export function onPreview(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

onEnding(() => previewRole(null));
