import { beforeEach, expect, test, vi } from "vitest";
import { problem, serve } from "@/test/render";

const token = (accessToken: string) => ({ accessToken, expiresIn: 900, tokenType: "Bearer", refreshToken: null, sessionId: "s1" });
beforeEach(() => vi.resetModules());

test("the token is renewed once for calls made at the same time, and rides on each", async () => {
  localStorage.setItem("lb.signedIn", "1");
  const calls = serve({ "POST /api/v1/auth/refresh": () => token("first"), "GET /api/v1/today": () => ({}) });
  const { client } = await import("./client");
  await Promise.all([client.GET("/api/v1/today"), client.GET("/api/v1/today"), client.GET("/api/v1/today")]);
  expect(calls.filter(({ path }) => path.endsWith("/refresh"))).toHaveLength(1);
  expect(calls.find(({ path }) => path.endsWith("/refresh"))?.headers.get("X-Requested-With")).toBe("loanbroker");
  expect(calls.filter(({ path }) => path.endsWith("/today")).map(({ headers }) => headers.get("Authorization"))).toEqual(Array(3).fill("Bearer first"));
});

test("a refused token is renewed and the call sent again with its body", async () => {
  localStorage.setItem("lb.signedIn", "1");
  let tokens = 0;
  const calls = serve({
    "POST /api/v1/auth/refresh": () => token(`token-${(tokens += 1)}`),
    "PUT /api/v1/me/duty": ({ headers }) => (headers.get("Authorization") === "Bearer token-1" ? problem(401, "access.token-expired", "") : { onDuty: true }),
  });
  const { client } = await import("./client");
  const { data } = await client.PUT("/api/v1/me/duty", { body: { onDuty: true } });
  expect(data).toEqual({ onDuty: true });
  expect(calls.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual([{ onDuty: true }, { onDuty: true }]);
});

test("a refusal is thrown as a Problem with its fields and request id", async () => {
  localStorage.setItem("lb.signedIn", "1");
  serve({ "POST /api/v1/auth/refresh": () => token("x"), "GET /api/v1/today": () => problem(422, "core.invalid", "不对", [{ pointer: "/phone", code: "x", message: "应为 11 位" }]) });
  const { client } = await import("./client");
  await expect(client.GET("/api/v1/today")).rejects.toMatchObject({ code: "core.invalid", status: 422, message: "不对", requestId: "req-1", errors: [{ pointer: "/phone" }] });
});

test("without a session nothing is asked of the server", async () => {
  const calls = serve({});
  const { client } = await import("./client");
  await expect(client.GET("/api/v1/today")).rejects.toMatchObject({ code: "client.signed-out", status: 401 });
  expect(calls).toEqual([]);
});

test("a lost network says so", async () => {
  localStorage.setItem("lb.signedIn", "1");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("down")));
  const { client } = await import("./client");
  await expect(client.GET("/api/v1/today")).rejects.toMatchObject({ code: "client.offline", status: 0 });
});

test("an ended session forgets the token and tells its listeners", async () => {
  localStorage.setItem("lb.signedIn", "1");
  serve({ "POST /api/v1/auth/refresh": () => problem(401, "access.session-ended", "") });
  const { accessToken, mayHaveSession, onEnding } = await import("./session");
  const heard = vi.fn();
  onEnding(heard);
  expect(await accessToken()).toBeNull();
  expect(heard).toHaveBeenCalledWith("ended", "access.session-ended");
  expect(mayHaveSession()).toBe(false);
});

test("callers of a refused token share one renewal, the hooks' and the push stream's alike", async () => {
  localStorage.setItem("lb.signedIn", "1");
  let tokens = 0;
  const calls = serve({
    "POST /api/v1/auth/refresh": async () => {
      await new Promise((wait) => setTimeout(wait, 30));
      return token(`token-${(tokens += 1)}`);
    },
    "GET /api/v1/today": ({ headers }) => (headers.get("Authorization") === "Bearer token-1" ? problem(401, "access.token-expired", "") : {}),
  });
  const { client } = await import("./client");
  const { accessToken } = await import("./session");
  expect(await accessToken()).toBe("token-1");
  const [fromStream] = await Promise.all([accessToken("token-1"), client.GET("/api/v1/today"), client.GET("/api/v1/today")]);
  expect(fromStream).toBe("token-2");
  expect(calls.filter(({ path }) => path.endsWith("/refresh"))).toHaveLength(2);
});
