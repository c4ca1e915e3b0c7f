import { useEffect, useRef, useSyncExternalStore } from "react";

/**
 * One registry of all keys. Scopes are stacked as panels open; the innermost that knows a key wins.
 * Names: `j`, `J` (shift), `Enter`, `Space`, `Escape`, `ArrowDown`, `ctrl+Enter`, `ctrl+shift+Enter`, `g c` (two keys).
 */
export interface KeyBinding {
  run: (event: KeyboardEvent) => void;
  /** Shown in the `?` sheet; a binding without one is an alias. */
  label?: string;
}
export type Bindings = Record<string, KeyBinding>;
interface Scope {
  name: string;
  bindings: Bindings;
}

const scopes: Scope[] = [];
const watchers = new Set<() => void>();
let revision = 0;
let singleKeys = true;
let pending: { first: string; at: number } | null = null;

export const setSingleKeys = (on: boolean): void => {
  singleKeys = on;
};

function changed(): void {
  revision += 1;
  for (const watcher of watchers) watcher();
}

/** Chinese input confirms with Enter and leaves with Esc while composing: such events belong to the input method. */
export const isComposing = (event: { isComposing?: boolean; keyCode?: number }): boolean => event.isComposing === true || event.keyCode === 229;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type ?? "");

function nameOf(event: KeyboardEvent): string {
  const key = event.key === " " ? "Space" : event.key;
  const ctrl = event.ctrlKey || event.metaKey;
  const special = key.length > 1;
  return `${ctrl ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${event.shiftKey && (special || ctrl) ? "shift+" : ""}${ctrl && !special ? key.toLowerCase() : key}`;
}

function find(name: string): KeyBinding | undefined {
  for (let i = scopes.length - 1; i >= 0; i -= 1) {
    const found = scopes[i]?.bindings[name];
    if (found) return found;
  }
  return undefined;
}

function onKeyDown(event: KeyboardEvent): void {
  if (isComposing(event) || event.defaultPrevented) return;
  const name = nameOf(event);
  const combined = /^(ctrl|alt)\+/.test(name);
  const plain = !combined && name !== "Escape";
  if (plain && (typing(event.target) || !singleKeys)) return;
  // Enter and Space on a focused button or link are its own.
  if (/^(Enter|Space)$/.test(name) && event.target instanceof HTMLElement && event.target.closest("button,a,[role=button],[role=menuitem],[role=tab],[role=option],summary")) return;
  const chain = pending && Date.now() - pending.at < 1500 ? `${pending.first} ${name}` : null;
  pending = null;
  const binding = (chain && find(chain)) || find(name);
  if (binding) {
    event.preventDefault();
    binding.run(event);
    return;
  }
  if (scopes.some((scope) => Object.keys(scope.bindings).some((key) => key.startsWith(`${name} `)))) pending = { first: name, at: Date.now() };
}

let listening = false;
function listen(): void {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", onKeyDown);
}

/** Holds these keys while the component is mounted and `active`. */
export function useKeys(name: string, bindings: Bindings, active = true): void {
  const latest = useRef(bindings);
  const scope = useRef<Scope | null>(null);
  useEffect(() => {
    latest.current = bindings;
    if (scope.current) scope.current.bindings = bindings;
  });
  useEffect(() => {
    if (!active) return;
    listen();
    const mine: Scope = { name, bindings: latest.current };
    scope.current = mine;
    scopes.push(mine);
    changed();
    return () => {
      scopes.splice(scopes.indexOf(mine), 1);
      scope.current = null;
      changed();
    };
  }, [name, active]);
}

/** All keys that work now, innermost scope first, for the `?` sheet. */
export function useActiveKeys(): Scope[] {
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => revision,
  );
  return scopes.toReversed();
}
