import type { ProblemBody } from "./types";

export interface FieldError {
  pointer: string;
  code: string;
  message: string;
}

type Refusal = Partial<Omit<ProblemBody, "requestId" | "errors">> & { requestId?: string | null; errors?: readonly FieldError[]; retryAfter?: number | null };

/** A refusal of the server (RFC 9457), or a failed connection as `client.offline`. Programs compare `code`, people read `message`. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  /** The row as it is now, on 409 `core.stale`. */
  readonly current: unknown;
  /** Seconds to wait before the next try; null when nothing is said. */
  readonly retryAfter: number | null;

  constructor(body: Refusal) {
    super(body.message || body.detail || body.title || "");
    this.name = "Problem";
    this.code = body.code ?? "client.unreadable";
    this.status = body.status ?? 0;
    this.requestId = body.requestId ?? null;
    this.errors = body.errors ?? [];
    this.current = body.current;
    this.retryAfter = body.retryAfter ?? null;
  }
}

export const isProblem = (value: unknown): value is Problem => value instanceof Problem;
export const problemCode = (value: unknown): string | null => (isProblem(value) ? value.code : null);

/** Reads the body of a refusal; an answer that is no Problem (a proxy's page) keeps its status. */
export async function readProblem(response: Response): Promise<Problem> {
  const requestId = response.headers.get("X-Request-Id");
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  try {
    const body = (await response.json()) as Refusal | null;
    if (body && typeof body === "object") return new Problem({ status: response.status, requestId, retryAfter, ...body });
  } catch {
    // Not JSON: told by its status below.
  }
  return new Problem({ status: response.status, requestId, retryAfter, code: `client.http-${response.status}` });
}
