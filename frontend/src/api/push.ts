import { apiUrl, socketUrl } from "./address";
import { serverNow } from "./clock";
import { accessToken, checkSession, sessionId } from "./session";
import { EventFrames } from "./frames";

export interface PushEvent {
  id: string;
  kind: string;
  at: string;
  data: Record<string, unknown>;
}
export type PushState = "connecting" | "live" | "waiting" | "stopped";

const EVENTS = "subscription Push($after: UUID) { events(after: $after) { id kind at data } }";
const REMEMBERED = 500;
const BACK_OFF = [1000, 2000, 5000, 10_000, 30_000];

/**
 * The one push stream of this tab: WebSocket (graphql-transport-ws) first, SSE over fetch where no socket comes up.
 * Both resume after the last id seen; an event that arrives twice is delivered once.
 */
export class PushStream {
  private lastId: string | null = null;
  private readonly seen = new Set<string>();
  private readonly listeners = new Set<(event: PushEvent) => void>();
  private readonly watchers = new Set<() => void>();
  private stopping = new AbortController();
  private useSocket = true;
  state: PushState = "stopped";
  lastEventAt = 0;

  start(): void {
    if (this.state !== "stopped") return;
    this.stopping = new AbortController();
    void this.run(this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
    this.lastId = null;
    this.seen.clear();
    this.become("stopped");
  }

  on(listener: (event: PushEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private become(state: PushState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }

  private deliver(event: PushEvent): void {
    if (this.seen.has(event.id)) return;
    this.seen.add(event.id);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value as string);
    this.lastId = event.id;
    this.lastEventAt = serverNow();
    // It is told of all my sessions; the refusal of this one's token says why in words.
    if (event.kind === "access.session_ended" && event.data.sessionId === sessionId()) void checkSession().catch(() => undefined);
    for (const listener of this.listeners) listener(event);
  }

  private async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this.become("connecting");
      const before = this.lastEventAt;
      const opened = await this.connect(signal).catch(() => false);
      if (signal.aborted) return;
      failures = opened || this.lastEventAt !== before ? 0 : failures + 1;
      this.become("waiting");
      const delay = BACK_OFF[Math.min(failures, BACK_OFF.length - 1)] ?? 30_000;
      await pause(delay * (0.75 + Math.random() / 2), signal);
    }
  }

  /** Holds one connection until it ends; true when it had come up. */
  private async connect(signal: AbortSignal): Promise<boolean> {
    const token = await accessToken();
    if (!token) {
      this.stop();
      return false;
    }
    if (this.useSocket) {
      // Where there is no WebSocket at all, or a proxy refuses it, events come by SSE from then on.
      const opened = await this.socket(token, signal).catch(() => false);
      this.useSocket = opened;
      return opened;
    }
    return this.stream(token, signal);
  }

  private async socket(token: string, signal: AbortSignal): Promise<boolean> {
    const { createClient } = await import("graphql-ws");
    let opened = false;
    const socket = createClient({
      url: socketUrl("/graphql"),
      retryAttempts: 0,
      keepAlive: 20_000,
      connectionAckWaitTimeout: 5000,
      connectionParams: { authorization: `Bearer ${token}` },
      on: {
        connected: () => {
          opened = true;
          this.become("live");
        },
      },
    });
    await new Promise<void>((done) => {
      const stop = socket.subscribe<{ events: PushEvent }>(
        { query: EVENTS, variables: { after: this.lastId } },
        {
          next: ({ data, errors }) => {
            if (errors) opened = false;
            if (data?.events) this.deliver(data.events);
          },
          error: () => done(),
          complete: () => done(),
        },
      );
      signal.addEventListener("abort", () => {
        stop();
        done();
      });
    });
    void socket.dispose();
    return opened;
  }

  private async stream(token: string, signal: AbortSignal): Promise<boolean> {
    const response = await fetch(apiUrl("/api/v1/events"), {
      signal,
      credentials: "include",
      headers: {
        Accept: "text/event-stream",
        Authorization: `Bearer ${token}`,
        "X-Background": "1",
        ...(this.lastId ? { "Last-Event-ID": this.lastId } : {}),
      },
    });
    if (response.status === 401) await accessToken(token);
    if (!response.ok || !response.body) return false;
    this.become("live");
    const frames = new EventFrames();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      for (const text of frames.push(value)) this.deliver(JSON.parse(text) as PushEvent);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });

export const push = new PushStream();
