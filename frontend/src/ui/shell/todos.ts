import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Todo } from "@/api/types";

export const TODOS = ["get", "/api/v1/todos"] as const;
const LIMIT = 200;

/** My to-dos, the open ones by due time or the done ones, newest first; pages of 50 appended on demand. */
export const useTodos = (state: "open" | "done") =>
  api.useInfiniteQuery(
    "get",
    "/api/v1/todos",
    { params: { query: { state, limit: 50 } } },
    { pageParamName: "cursor", initialPageParam: null, getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor ?? undefined },
  );

/** My open to-do about a subject, the one due first; null when there is none. */
export const useTodoOf = (subjectId: string) =>
  useQuery({
    queryKey: [...TODOS, "of", subjectId],
    queryFn: async ({ signal }): Promise<Todo | null> => {
      let cursor: string | null = null;
      do {
        const page: { items: Todo[]; nextCursor: string | null } = await data(client.GET("/api/v1/todos", { params: { query: { state: "open", limit: LIMIT, ...(cursor ? { cursor } : {}) } }, signal }));
        const found = page.items.find((todo) => todo.subject?.id === subjectId);
        if (found) return found;
        cursor = page.nextCursor;
      } while (cursor);
      return null;
    },
  });

/** Completes and reschedules one to-do; every list of to-dos is then read again. `refusal` is the server's. */
export function useTodoActions(todo: Todo) {
  const cache = useQueryClient();
  const onSettled = () => cache.invalidateQueries({ queryKey: TODOS });
  const complete = api.useMutation("post", "/api/v1/todos/{todo_id}/complete", { onSettled });
  const reschedule = api.useMutation("post", "/api/v1/todos/{todo_id}/reschedule", { onSettled });
  const params = { path: { todo_id: todo.id } };
  const error = complete.error ?? reschedule.error;
  return {
    busy: complete.isPending || reschedule.isPending,
    completing: complete.isPending,
    refusal: error ? (isProblem(error) ? (error.errors[0]?.message ?? error.message) : "") : null,
    complete: () => {
      reschedule.reset();
      complete.mutate({ params });
    },
    reschedule: (dueAt: string, onDone: () => void) => {
      complete.reset();
      reschedule.mutate({ params, body: { dueAt } }, { onSuccess: onDone });
    },
  };
}
