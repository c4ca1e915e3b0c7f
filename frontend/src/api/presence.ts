/**
 * Whether a person is at this page, and when the server last counted a use of the session.
 * What is sent while nobody is there (polls, refetches, rows read again after a push) carries `X-Background` and is no use.
 */
const ACTS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
/** What an act asks for is sent within this time. */
const AT_WORK = 20_000;

// Opening the page is an act.
let lastAct = Date.now();
let lastUse = Date.now();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("lb-use");
channel?.addEventListener("message", (event: MessageEvent<number>) => {
  lastUse = Math.max(lastUse, event.data);
});
for (const act of ACTS) {
  window.addEventListener(
    act,
    () => {
      lastAct = Date.now();
    },
    { passive: true, capture: true },
  );
}

export const isAtWork = (): boolean => Date.now() - lastAct < AT_WORK;
/** When somebody last touched this page. */
export const actedAt = (): number => lastAct;
/** When a use of the session was last sent, from any tab. */
export const usedAt = (): number => lastUse;

/** A request that counts as use is on its way. */
export function noteUse(): void {
  const now = Date.now();
  if (now - lastUse >= 1000) channel?.postMessage(now);
  lastUse = now;
}
