import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./problem";

/** Server state lives here and nowhere else; it is cleared when the session ends or locks. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && isProblem(error) && (error.status === 0 || error.status >= 502),
    },
    mutations: { retry: false },
  },
});
