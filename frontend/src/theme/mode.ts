import { useSyncExternalStore } from "react";
import { breakpoints, font, motion, palette, radius, toneNames, type Mode } from "./tokens";

export type ModeChoice = Mode | "system";
const KEY = "lb.theme";
const listeners = new Set<() => void>();
const media = (query: string) => window.matchMedia(query);

const stored = (): ModeChoice => {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
};
let choice: ModeChoice = stored();

const resolve = (): Mode => (choice === "system" ? (media("(prefers-color-scheme: dark)").matches ? "dark" : "light") : choice);

/** Writes the palette of the mode into CSS variables; called before the first paint and at each change. */
export function applyTheme(): void {
  const mode = resolve();
  const colours = palette(mode);
  const root = document.documentElement;
  const set = (name: string, value: string) => root.style.setProperty(`--lb-${name}`, value);
  for (const [name, value] of Object.entries(colours.ground)) set(name, value);
  for (const name of toneNames) {
    set(`tone-${name}`, colours.tone[name]);
    set(`tint-${name}`, colours.tint[name]);
  }
  set("shadow-popup", colours.shadowPopup);
  set("shadow-modal", colours.shadowModal);
  set("font", font.family);
  set("mono", font.mono);
  for (const [name, [size, line]] of Object.entries(font.sizes)) {
    set(`text-${name}`, `${size}px`);
    set(`line-${name}`, `${line}px`);
  }
  for (const [name, value] of Object.entries(radius)) set(`radius-${name}`, `${value}px`);
  set("fast", motion.fast);
  set("slow", motion.slow);
  root.dataset.theme = mode;
  root.style.colorScheme = mode;
}

export function chooseMode(next: ModeChoice): void {
  choice = next;
  if (next === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  changed();
}

function changed(): void {
  applyTheme();
  for (const listener of listeners) listener();
}

export function watchSystemTheme(): void {
  media("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useMode = (): Mode => useSyncExternalStore(subscribe, resolve);
export const useModeChoice = (): ModeChoice => useSyncExternalStore(subscribe, () => choice);

const onMedia = (query: string) => (listener: () => void) => {
  const list = media(query);
  list.addEventListener("change", listener);
  return () => list.removeEventListener("change", listener);
};
const phoneQuery = `(max-width: ${breakpoints.phone - 1}px)`;
const subscribePhone = onMedia(phoneQuery);
/** True below 768 px: cards instead of tables, sheets instead of popovers. */
export const usePhone = (): boolean => useSyncExternalStore(subscribePhone, () => media(phoneQuery).matches);

const reducedQuery = "(prefers-reduced-motion: reduce)";
const subscribeReduced = onMedia(reducedQuery);
export const useReducedMotion = (): boolean => useSyncExternalStore(subscribeReduced, () => media(reducedQuery).matches);

const contrastQuery = "(prefers-contrast: more)";
const subscribeContrast = onMedia(contrastQuery);
export const useMoreContrast = (): boolean => useSyncExternalStore(subscribeContrast, () => media(contrastQuery).matches);
