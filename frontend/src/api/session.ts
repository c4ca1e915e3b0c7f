import { apiUrl } from "./address";
import { learnClock } from "./clock";
import { Problem, readProblem } from "./problem";
import type { Token } from "./types";

/**
 * The session of this browser. The access token lives in memory only; the refresh token is an HttpOnly cookie.
 * One tab refreshes at a time (Web Locks) and tells the others (BroadcastChannel), so a rotated cookie is never used twice.
 */
interface Access {
  token: string;
  expiresAt: number;
}
type Message = { kind: "access"; access: Access } | { kind: "ended"; reason: string } | { kind: "locked" };
export type Ending = "signed-out" | "expired" | "ended" | "locked";

// Says only that a session may exist, so that a first visit asks for no refresh.
const HINT = "lb.signedIn";
const MARGIN = 20_000;
let access: Access | null = null;
let lastEnd: string | null = null;
const openings = new Set<() => void>();
const endings = new Set<(ending: Ending, reason: string | null) => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("lb-session");

channel?.addEventListener("message", (event: MessageEvent<Message>) => {
  const message = event.data;
  if (message.kind === "access") {
    access = message.access;
    for (const listener of openings) listener();
  }
  if (message.kind === "locked") forget("locked", null);
  if (message.kind === "ended") forget("ended", message.reason);
});

export const mayHaveSession = (): boolean => access !== null || localStorage.getItem(HINT) === "1";
export const lastEnding = (): string | null => lastEnd;

export function onEnding(listener: (ending: Ending, reason: string | null) => void): () => void {
  endings.add(listener);
  return () => endings.delete(listener);
}

/** Another tab signed in or unlocked. */
export function onOpening(listener: () => void): () => void {
  openings.add(listener);
  return () => openings.delete(listener);
}

function forget(ending: Ending, reason: string | null): void {
  access = null;
  lastEnd = reason ?? ending;
  // A reload while locked must ask for the password too, so the hint goes in every case.
  localStorage.removeItem(HINT);
  for (const listener of endings) listener(ending, reason);
}

function keep(token: Token): Access {
  access = { token: token.accessToken, expiresAt: Date.now() + token.expiresIn * 1000 };
  lastEnd = null;
  localStorage.setItem(HINT, "1");
  channel?.postMessage({ kind: "access", access } satisfies Message);
  return access;
}

async function send(path: string, body: object, token?: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path), {
      method: "POST",
      credentials: "include",
      headers: {
        "Content-Type": "application/json",
        "X-Requested-With": "loanbroker",
        "Accept-Language": document.documentElement.lang || "zh-CN",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Problem({ code: "client.offline", status: 0 });
  }
  learnClock(response);
  return response;
}

export async function signIn(tenant: string, username: string, password: string): Promise<void> {
  const response = await send("/api/v1/auth/login", { tenant, username, password, client: "web" });
  if (!response.ok) throw await readProblem(response);
  keep((await response.json()) as Token);
}

export async function signOut(): Promise<void> {
  const token = access?.token;
  channel?.postMessage({ kind: "ended", reason: "signed-out" } satisfies Message);
  forget("signed-out", null);
  await send("/api/v1/auth/logout", {}, token);
}

/** Drops the token here and in all tabs without ending the session on the server; the password opens it again. */
export function lockSession(): void {
  channel?.postMessage({ kind: "locked" } satisfies Message);
  forget("locked", null);
}

/** The server ended the session (policy, admin); `reason` is its code. */
export function sessionEnded(reason: string): void {
  channel?.postMessage({ kind: "ended", reason } satisfies Message);
  forget("ended", reason);
}

const fresh = (): Access | null => (access && access.expiresAt - MARGIN > Date.now() ? access : null);
let running: Promise<string | null> | null = null;

async function renew(rejected: string | null): Promise<string | null> {
  const run = async () => {
    const other = fresh();
    if (other && other.token !== rejected) return other.token;
    const response = await send("/api/v1/auth/refresh", {});
    if (response.status === 401 || response.status === 403) {
      const problem = await readProblem(response);
      sessionEnded(problem.code);
      return null;
    }
    if (!response.ok) throw await readProblem(response);
    return keep((await response.json()) as Token).token;
  };
  return "locks" in navigator ? navigator.locks.request("lb-refresh", run) : run();
}

/** A usable access token, or null when there is no session. `rejected` is a token the server has just refused. */
export async function accessToken(rejected: string | null = null): Promise<string | null> {
  const current = fresh();
  if (current && current.token !== rejected) return current.token;
  if (!mayHaveSession()) return null;
  running ??= renew(rejected).finally(() => {
    running = null;
  });
  return running;
}
