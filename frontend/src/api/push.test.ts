import { expect, test, vi } from "vitest";
import { PushStream, type PushEvent } from "./push";
import { lastEnding, mayHaveSession, signIn } from "./session";

test("without a socket events come by SSE, once each, and a new connection resumes after the last", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const streams = [
    'id: 1\ndata: {"id":"1","kind":"customers.arrived","at":"","data":{}}\n\nid: 2\ndata: {"id":"2","kind":"customers.changed","at":"","data":{}}\n\n',
    'id: 2\ndata: {"id":"2","kind":"customers.changed","at":"","data":{}}\n\nid: 3\ndata: {"id":"3","kind":"customers.changed","at":"","data":{}}\n\n',
  ];
  const resumed: (string | null)[] = [];
  vi.stubGlobal("fetch", (input: string, init: RequestInit) => {
    if (input.endsWith("/auth/login")) return Promise.resolve(Response.json({ accessToken: "x", expiresIn: 900 }));
    resumed.push(new Headers(init.headers).get("Last-Event-ID"));
    const body = streams.shift();
    return body === undefined ? new Promise(() => undefined) : Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  });
  await signIn("demo", "sales1", "secret");
  const push = new PushStream();
  const heard: PushEvent[] = [];
  push.on((event) => heard.push(event));
  push.start();
  await vi.waitFor(() => expect(resumed).toHaveLength(3), { timeout: 15_000 });
  push.stop();
  expect(heard.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  expect(resumed.slice(0, 3)).toEqual([null, "2", "3"]);
});

test("the end of another of my sessions does not end this one; the end of this one asks the server why", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const event = (id: string, sessionId: string) => `id: ${id}\ndata: {"id":"${id}","kind":"access.session_ended","at":"","data":{"sessionId":"${sessionId}","reason":"revoked"}}\n\n`;
  let deliver: (text: string) => void = () => undefined;
  const asked: string[] = [];
  vi.stubGlobal("fetch", (input: string, init: RequestInit) => {
    asked.push(`${input.replace(/^.*\/api\/v1/, "")} ${new Headers(init.headers).get("X-Background")}`);
    if (input.endsWith("/auth/login")) return Promise.resolve(Response.json({ accessToken: "x", expiresIn: 900, sessionId: "mine" }));
    if (input.endsWith("/auth/refresh")) return Promise.resolve(Response.json({ code: "access.session-ended", message: "登录已结束（被结束）" }, { status: 401 }));
    const body = new ReadableStream({ start: (stream) => void (deliver = (text) => stream.enqueue(new TextEncoder().encode(text))) });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  });
  await signIn("demo", "sales1", "secret");
  const push = new PushStream();
  const heard: string[] = [];
  push.on(({ id }) => heard.push(id));
  push.start();
  await vi.waitFor(() => expect(asked).toContain("/events 1"), { timeout: 15_000 });
  deliver(event("1", "another"));
  await vi.waitFor(() => expect(heard).toEqual(["1"]));
  expect(mayHaveSession()).toBe(true);
  deliver(event("2", "mine"));
  await vi.waitFor(() => expect(lastEnding()).toEqual({ code: "access.session-ended", message: "登录已结束（被结束）" }));
  push.stop();
});
