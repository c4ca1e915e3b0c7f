/** Offset of the server's clock, from the `Date` header of the last answer; all countdowns run on it. */
let offset = 0;

export function learnClock(response: Response): void {
  const stamp = response.headers.get("Date");
  if (!stamp) return;
  const server = Date.parse(stamp);
  // The header has whole seconds, so half a second is its middle.
  if (Number.isFinite(server)) offset = server + 500 - Date.now();
}

/** Now, in milliseconds, by the server's clock. */
export const serverNow = (): number => Date.now() + (Math.abs(offset) < 1500 ? 0 : offset);
