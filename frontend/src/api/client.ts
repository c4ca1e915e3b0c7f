import createFetchClient from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { apiOrigin } from "./address";
import { learnClock } from "./clock";
import { previewedRole } from "./preview";
import { Problem, readProblem } from "./problem";
import type { paths } from "./schema";
import { accessToken } from "./session";

async function sendOnce(request: Request, token: string): Promise<Response> {
  request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem({ code: "client.offline", status: 0 });
  }
}

/** Adds the token, renews it once when it is refused, and turns every refusal into a thrown Problem. */
export async function authorisedFetch(request: Request): Promise<Response> {
  request.headers.set("Accept-Language", document.documentElement.lang || "zh-CN");
  request.headers.set("X-Requested-With", "loanbroker");
  const role = previewedRole();
  if (role) request.headers.set("X-Preview-Role", role.id);
  const retry = request.clone();
  const token = await accessToken();
  // Signed out: the server would only say so.
  if (!token) throw new Problem({ code: "client.signed-out", status: 401 });
  let response = await sendOnce(request, token);
  if (response.status === 401) {
    const renewed = await accessToken(token);
    if (renewed) response = await sendOnce(retry, renewed);
  }
  learnClock(response);
  if (!response.ok) throw await readProblem(response);
  return response;
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
