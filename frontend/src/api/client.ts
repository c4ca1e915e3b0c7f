import createFetchClient from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { apiOrigin } from "./address";
import { learnClock } from "./clock";
import { isAtWork, noteUse } from "./presence";
import { previewedRole } from "./preview";
import { Problem, isProblem, readProblem } from "./problem";
import type { paths } from "./schema";
import { accessToken, endsSession, isTokenRefusal, sessionEnded } from "./session";
import { confirmIdentity } from "./stepUp";

const STEP_UP = "core.step-up-required";
/** A confirmation reaches every process of the server within this time. */
const SPREAD_MS = 1000;

async function sendOnce(request: Request, token: string): Promise<Response> {
  request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem({ code: "client.offline", status: 0 });
  }
}

/** Sends a copy; a token that ran out is renewed once, a refusal of the session ends it, every refusal is thrown. */
async function send(request: Request): Promise<Response> {
  const token = await accessToken();
  // Signed out: the server would only say so.
  if (!token) throw new Problem({ code: "client.signed-out", status: 401 });
  let response = await sendOnce(request.clone(), token);
  if (response.status === 401) {
    const refusal = await readProblem(response);
    if (endsSession(refusal)) sessionEnded(refusal);
    if (!isTokenRefusal(refusal)) throw refusal;
    const renewed = await accessToken(token);
    if (!renewed) throw refusal;
    response = await sendOnce(request.clone(), renewed);
  }
  learnClock(response);
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** Adds the token, says whether somebody is at work, and asks for identity again where an act needs it: then the same call goes once more. */
export async function authorisedFetch(request: Request): Promise<Response> {
  request.headers.set("Accept-Language", document.documentElement.lang || "zh-CN");
  request.headers.set("X-Requested-With", "loanbroker");
  const role = previewedRole();
  if (role) request.headers.set("X-Preview-Role", role.id);
  if (isAtWork()) noteUse();
  else request.headers.set("X-Background", "1");
  try {
    return await send(request);
  } catch (refusal) {
    if (!isProblem(refusal) || refusal.code !== STEP_UP || !(await confirmIdentity(refusal))) throw refusal;
  }
  try {
    return await send(request);
  } catch (again) {
    if (!isProblem(again) || again.code !== STEP_UP) throw again;
    await new Promise((done) => setTimeout(done, SPREAD_MS));
    return send(request);
  }
}

export const client = createFetchClient<paths>({ baseUrl: apiOrigin(), credentials: "include", fetch: authorisedFetch });
/** Typed query and mutation hooks; their errors are always `Problem`. */
export const api = createQueryHooks(client);

/** The body of a call made outside a hook; refusals have already been thrown. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

export const newIdempotencyKey = (): string => crypto.randomUUID();
export const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });
