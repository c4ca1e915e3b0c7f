import { Suspense } from "react";
import { Outlet } from "react-router";

/** The root of all pages; nothing of the shell is loaded here, so that the login page stays small. */
export function Boot() {
  return (
    <Suspense>
      <Outlet />
    </Suspense>
  );
}
