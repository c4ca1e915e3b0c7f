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
    "PUT /api/v1/me/duty": ({ headers }) => (headers.get("Authorization") === "Bearer token-1" ? problem(401, "core.unauthenticated", "") : { onDuty: true }),
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
  serve({ "POST /api/v1/auth/refresh": () => problem(401, "access.session-ended", "登录已结束（在别处登录）") });
  const { accessToken, mayHaveSession, onEnding } = await import("./session");
  const heard = vi.fn();
  onEnding(heard);
  expect(await accessToken()).toBeNull();
  expect(heard).toHaveBeenCalledWith("ended", { code: "access.session-ended", message: "登录已结束（在别处登录）" });
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

test("a policy that ends a live session says so with its code; a wrong answer to a step-up does not end it", async () => {
  localStorage.setItem("lb.signedIn", "1");
  const calls = serve({
    "POST /api/v1/auth/refresh": () => token("x"),
    "POST /api/v1/auth/step-up": () => problem(401, "access.factor-refused", "验证没有通过"),
    "GET /api/v1/today": () => problem(401, "access.time-refused", "现在不在可登录时间"),
  });
  const { client } = await import("./client");
  const { onEnding, lastEnding, mayHaveSession } = await import("./session");
  const heard = vi.fn();
  onEnding(heard);
  await expect(client.POST("/api/v1/auth/step-up", { body: { kind: "totp", code: "000000" } })).rejects.toMatchObject({ code: "access.factor-refused" });
  expect(calls.filter(({ path }) => path.endsWith("/step-up"))).toHaveLength(1);
  expect(mayHaveSession()).toBe(true);
  await expect(client.GET("/api/v1/today")).rejects.toMatchObject({ code: "access.time-refused" });
  expect(heard).toHaveBeenCalledWith("ended", { code: "access.time-refused", message: "现在不在可登录时间" });
  expect(lastEnding()?.code).toBe("access.time-refused");
  expect(calls.filter(({ path }) => path.endsWith("/refresh"))).toHaveLength(1);
});

test("an idle session is locked, and ended on the server", async () => {
  localStorage.setItem("lb.signedIn", "1");
  const calls = serve({ "POST /api/v1/auth/refresh": () => token("x"), "GET /api/v1/today": () => problem(401, "access.session-idle", "15 分钟没有操作"), "POST /api/v1/auth/logout": () => null });
  const { client } = await import("./client");
  const { onEnding } = await import("./session");
  const heard = vi.fn();
  onEnding(heard);
  await expect(client.GET("/api/v1/today")).rejects.toMatchObject({ code: "access.session-idle" });
  expect(heard).toHaveBeenCalledWith("locked", expect.anything());
  await vi.waitFor(() => expect(calls.at(-1)?.path).toBe("/api/v1/auth/logout"));
});

test("what is sent while nobody is at work is marked, and no use", async () => {
  localStorage.setItem("lb.signedIn", "1");
  const calls = serve({ "POST /api/v1/auth/refresh": () => token("x"), "GET /api/v1/today": () => ({}) });
  const { client } = await import("./client");
  const { usedAt } = await import("./presence");
  await client.GET("/api/v1/today");
  const used = usedAt();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  await client.GET("/api/v1/today");
  expect(usedAt()).toBe(used);
  window.dispatchEvent(new Event("pointerdown"));
  await client.GET("/api/v1/today");
  expect(usedAt()).toBeGreaterThan(used);
  expect(calls.filter(({ path }) => path.endsWith("/today")).map(({ headers }) => headers.get("X-Background"))).toEqual([null, "1", null]);
  expect(calls.find(({ path }) => path.endsWith("/refresh"))?.headers.get("X-Background")).toBe("1");
  vi.useRealTimers();
});

const need = () => problem(403, "core.step-up-required", "再确认一次身份");
const write = { params: { header: { "Idempotency-Key": "key-1" } }, body: { onDuty: true } } as const;

test("identity is asked for once for all that was refused, then each call goes again as it was", async () => {
  localStorage.setItem("lb.signedIn", "1");
  let confirmed = false;
  const calls = serve({ "POST /api/v1/auth/refresh": () => token("x"), "PUT /api/v1/me/duty": () => (confirmed ? { onDuty: true } : need()) });
  const { client } = await import("./client");
  const { onStepUp } = await import("./stepUp");
  const ask = vi.fn(() => {
    confirmed = true;
    return Promise.resolve(true);
  });
  onStepUp(ask);
  const answers = await Promise.all([client.PUT("/api/v1/me/duty", write as never), client.PUT("/api/v1/me/duty", write as never)]);
  expect(answers.map(({ data }) => data)).toEqual([{ onDuty: true }, { onDuty: true }]);
  expect(ask).toHaveBeenCalledTimes(1);
  const puts = calls.filter(({ method }) => method === "PUT");
  expect(puts).toHaveLength(4);
  expect(puts.map(({ headers, body }) => [headers.get("Idempotency-Key"), body])).toEqual(Array(4).fill(["key-1", { onDuty: true }]));
});

test("cancelling leaves the refusal as it was; a process that has not heard of the confirmation is asked again", async () => {
  localStorage.setItem("lb.signedIn", "1");
  let tries = 0;
  serve({ "POST /api/v1/auth/refresh": () => token("x"), "PUT /api/v1/me/duty": () => ((tries += 1) < 4 ? need() : { onDuty: true }) });
  const { client } = await import("./client");
  const { onStepUp } = await import("./stepUp");
  const stop = onStepUp(() => Promise.resolve(false));
  await expect(client.PUT("/api/v1/me/duty", write as never)).rejects.toMatchObject({ code: "core.step-up-required", message: "再确认一次身份" });
  expect(tries).toBe(1);
  stop();
  onStepUp(() => Promise.resolve(true));
  expect((await client.PUT("/api/v1/me/duty", write as never)).data).toEqual({ onDuty: true });
  expect(tries).toBe(4);
});
