import { apiUrl } from "./address";
import { learnClock } from "./clock";
import { Problem, readProblem } from "./problem";
import type { LoginStep, Token } from "./types";

/**
 * The session of this browser. The access token lives in memory only; the refresh token is an HttpOnly cookie.
 * One tab refreshes at a time (Web Locks) and tells the others (BroadcastChannel), so a rotated cookie is never used twice.
 */
interface Access {
  token: string;
  expiresAt: number;
  sessionId: string;
}
/** Why a session ended: the code for programs, the server's words for people. */
export interface Ended {
  code: string;
  message: string;
}
type Message = { kind: "access"; access: Access } | { kind: "ended"; ended: Ended } | { kind: "locked" };
export type Ending = "signed-out" | "ended" | "locked";

// Says only that a session may exist, so that a first visit asks for no refresh.
const HINT = "lb.signedIn";
const MARGIN = 20_000;
const SIGNED_OUT: Ended = { code: "signed-out", message: "" };
const LOCKED: Ended = { code: "locked", message: "" };
let access: Access | null = null;
let lastEnd: Ended | null = null;
const openings = new Set<() => void>();
const endings = new Set<(ending: Ending, ended: Ended) => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("lb-session");

channel?.addEventListener("message", (event: MessageEvent<Message>) => {
  const message = event.data;
  if (message.kind === "access") {
    access = message.access;
    for (const listener of openings) listener();
  }
  if (message.kind === "locked") forget("locked", LOCKED);
  if (message.kind === "ended") forget(message.ended.code === SIGNED_OUT.code ? "signed-out" : "ended", message.ended);
});

export const mayHaveSession = (): boolean => access !== null || localStorage.getItem(HINT) === "1";
export const lastEnding = (): Ended | null => lastEnd;
export const sessionId = (): string | null => access?.sessionId ?? null;

/** The token alone was refused: a new one may pass. */
export const isTokenRefusal = ({ code }: Ended): boolean => code === "core.unauthenticated" || code.startsWith("client.");
/** A live session meets 401 either for its token, for a wrong answer to a step-up, or because a policy or a person ended it. */
export const endsSession = (refusal: Ended): boolean => !isTokenRefusal(refusal) && refusal.code !== "access.factor-refused";

export function onEnding(listener: (ending: Ending, ended: Ended) => void): () => void {
  endings.add(listener);
  return () => endings.delete(listener);
}

/** Another tab signed in or unlocked. */
export function onOpening(listener: () => void): () => void {
  openings.add(listener);
  return () => openings.delete(listener);
}

function forget(ending: Ending, ended: Ended): void {
  access = null;
  lastEnd = ended;
  // A reload while locked must ask for the password too, so the hint goes in every case.
  localStorage.removeItem(HINT);
  for (const listener of endings) listener(ending, ended);
}

/** Takes a session that the server has just opened or renewed, here and in all tabs. */
export function keepToken(token: Token): Access {
  access = { token: token.accessToken, expiresAt: Date.now() + token.expiresIn * 1000, sessionId: token.sessionId };
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
        "X-Background": "1",
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

/** A call before there is a session; refusals are thrown. */
export async function post<T>(path: string, body: object): Promise<{ status: number; body: T }> {
  const response = await send(path, body);
  if (!response.ok) throw await readProblem(response);
  return { status: response.status, body: (response.status === 204 ? null : await response.json()) as T };
}

/** One step of signing in: null when it opened the session, else what is asked for next. */
export async function signInBy(path: string, body: object): Promise<LoginStep | null> {
  const answer = await post<Token | LoginStep>(path, body);
  if (answer.status === 202) return answer.body as LoginStep;
  keepToken(answer.body as Token);
  return null;
}

/** What people know this browser by in the list of devices; the server recognises it by its cookie. */
function deviceName(agent: string): string {
  const first = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = first([[/MicroMessenger/, "WeChat"], [/Edg\//, "Edge"], [/Firefox\//, "Firefox"], [/Chrome\//, "Chrome"], [/Safari\//, "Safari"]]);
  const system = first([[/Windows/, "Windows"], [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]]);
  return [browser, system].filter(Boolean).join(" · ");
}

export const signIn = (tenant: string, username: string, password: string): Promise<LoginStep | null> =>
  signInBy("/api/v1/auth/login", { tenant, username, password, client: "web", device: { name: deviceName(navigator.userAgent) } });

export async function signOut(): Promise<void> {
  const token = access?.token;
  channel?.postMessage({ kind: "ended", ended: SIGNED_OUT } satisfies Message);
  forget("signed-out", SIGNED_OUT);
  await send("/api/v1/auth/logout", {}, token);
}

/** Drops the token here and in all tabs and ends the session on the server, so that nothing kept in the browser opens it again. */
export function lockSession(): void {
  const token = access?.token;
  channel?.postMessage({ kind: "locked" } satisfies Message);
  forget("locked", LOCKED);
  if (token) void send("/api/v1/auth/logout", {}, token).catch(() => undefined);
}

/** The server ended the session (policy, a person, time). Idleness locks the page; anything else leads to the login page, which tells why. */
export function sessionEnded({ code, message }: Ended): void {
  if (!mayHaveSession()) return;
  if (code === "access.session-idle") return lockSession();
  const ended = { code, message };
  channel?.postMessage({ kind: "ended", ended } satisfies Message);
  forget("ended", ended);
}

/** Asks the server whether the session is still there; its refusal ends it here too, with the reason. */
export const checkSession = (): Promise<string | null> => accessToken(access?.token ?? null);

const fresh = (): Access | null => (access && access.expiresAt - MARGIN > Date.now() ? access : null);
let running: Promise<string | null> | null = null;

async function renew(rejected: string | null): Promise<string | null> {
  const run = async () => {
    if (!mayHaveSession()) return null;
    const other = fresh();
    if (other && other.token !== rejected) return other.token;
    const response = await send("/api/v1/auth/refresh", {});
    if (response.status === 401 || response.status === 403) {
      sessionEnded(await readProblem(response));
      return null;
    }
    if (!response.ok) throw await readProblem(response);
    return keepToken((await response.json()) as Token).token;
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
