import { expect, test, vi } from "vitest";
import { PushStream, type PushEvent } from "./push";
import { signIn } from "./session";

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
