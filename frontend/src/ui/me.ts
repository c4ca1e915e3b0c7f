import { createContext, useContext } from "react";
import { api } from "@/api/client";
import type { Me } from "@/api/types";

export const ME_KEY = ["get", "/api/v1/me"] as const;
export const useMeQuery = () => api.useQuery("get", "/api/v1/me", {}, { staleTime: 60_000 });

export const MeContext = createContext<Me | null>(null);
/** Who is signed in, with permissions, menus and limits; only inside the shell. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe outside the shell");
  return me;
}
/** Whether a permission is held at all; for one row ask its `allowedActions`. */
export function useCan(): (permission: string) => boolean {
  const me = useMe();
  return (permission) => me.permissions.some((held) => held.permission === permission);
}
