import { Navigate } from "react-router";
import { useMe } from "@/ui/me";

/** The first page of this employee's menu: 今日 for nearly everyone. */
export function Home() {
  const me = useMe();
  return <Navigate to={me.menus[0]?.path ?? "/me"} replace />;
}
