import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import zhCN from "antd/locale/zh_CN";
import { Suspense, type ReactElement } from "react";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { vi } from "vitest";
import type { Me } from "@/api/types";
import { CallProvider } from "@/areas/customers/Call";
import { FollowUpProvider } from "@/areas/customers/FollowUp";
import { startI18n } from "@/i18n";
import { antdTheme } from "@/theme/antd";
import { DockHost, DockProvider } from "@/ui/Dock";
import { MeContext } from "@/ui/me";
import { me as someone } from "./rows";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}
type Answer = unknown;
/** Answers by "METHOD path"; a path may hold `*`. They stand at the network, in place of the server and nothing else. */
export type Server = Record<string, (call: Call) => Answer>;

class Refusal {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}
export const problem = (status: number, code: string, message: string, errors: object[] = []) =>
  new Refusal(status, { type: `/problems/${code}`, code, status, title: code, detail: "", message, requestId: "req-1", errors });
class Reply {
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Record<string, string>,
  ) {}
}
/** An answer that is not a plain 200. */
export const reply = (status: number, body: object, headers: Record<string, string> = {}) => new Reply(status, body, headers);
export const never = () => new Promise(() => undefined);
export const list = <T,>(items: T[]) => ({ items, nextCursor: null });

const usual: Server = {
  "POST /api/v1/auth/refresh": () => ({ accessToken: "x", expiresIn: 900, tokenType: "Bearer", refreshToken: null, sessionId: "s1" }),
  "GET /api/v1/preferences": () => [],
  "PUT /api/v1/preferences/*": () => ({}),
  "PUT /api/v1/drafts/*": () => ({ savedAt: new Date().toISOString() }),
  "DELETE /api/v1/drafts/*": () => null,
  "GET /api/v1/cities": () => list([{ code: 510100, name: "成都", province: "四川" }]),
  "GET /api/v1/employees": () => list([]),
  "GET /api/v1/org-units": () => list([]),
  "GET /api/v1/todos": () => list([]),
};

/** Puts a server at `fetch` and answers the list of calls it gets. */
export function serve(server: Server): Call[] {
  const calls: Call[] = [];
  const answers = Object.entries({ ...usual, ...server });
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), "http://localhost"), init);
    const url = new URL(request.url);
    const text = await request.clone().text();
    const call: Call = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body: text ? JSON.parse(text) : null };
    calls.push(call);
    const name = `${call.method} ${call.path}`;
    const found = answers.findLast(([key]) => key === name) ?? answers.findLast(([key]) => key.includes("*") && new RegExp(`^${key.replaceAll("*", "[^/]+")}$`).test(name));
    const answer = found ? await found[1](call) : problem(404, "core.not-found", `no answer for ${name}`);
    const refused = answer instanceof Refusal;
    if (answer instanceof Reply) return new Response(JSON.stringify(answer.body), { status: answer.status, headers: { "Content-Type": "application/json", ...answer.headers } });
    if (answer === null) return new Response(null, { status: 204 });
    return new Response(JSON.stringify(refused ? answer.body : answer), { status: refused ? answer.status : 200, headers: { "Content-Type": refused ? "application/problem+json" : "application/json" } });
  });
  return calls;
}

/** A page as the shell shows it, at `path`, before a server that answers so. */
export async function renderPage(page: ReactElement, server: Server = {}, options: { path?: string; at?: string; me?: Me } = {}) {
  localStorage.setItem("lb.signedIn", "1");
  const calls = serve(server);
  await startI18n();
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { retry: false } } });
  const inside = (
    <DockProvider>
      <FollowUpProvider>
        <CallProvider>
          <Suspense>{page}</Suspense>
          <DockHost />
        </CallProvider>
      </FollowUpProvider>
    </DockProvider>
  );
  const router = createMemoryRouter([{ path: options.path ?? "/", element: inside }, { path: "*", element: <p>elsewhere</p> }], { initialEntries: [options.at ?? options.path ?? "/"] });
  render(
    <QueryClientProvider client={cache}>
      <ConfigProvider theme={antdTheme("light", true, false)} locale={zhCN} button={{ autoInsertSpace: false }}>
        <App>
          <MeContext value={options.me ?? someone}>
            <RouterProvider router={router} />
          </MeContext>
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), calls, router, screen, cache };
}
