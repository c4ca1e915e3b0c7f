import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { client } from "@/api/client";
import { previewedRole, previewRole } from "@/api/preview";
import { signOut } from "@/api/session";
import { renderPage } from "@/test/render";
import { PreviewBar } from "./PreviewBar";

afterEach(() => previewRole(null));

test("while a role is previewed every call says so; leaving clears what was read and goes back to the role", async () => {
  previewRole({ id: "r1", name: "业务员" });
  const { user, calls, cache, router } = await renderPage(<PreviewBar />, { "GET /api/v1/today": () => ({}) }, { path: "/today" });
  expect(await screen.findByText("正在以「业务员」预览，只读")).toBeVisible();
  await client.GET("/api/v1/today");
  expect(calls.at(-1)?.headers.get("X-Preview-Role")).toBe("r1");
  cache.setQueryData(["seen"], "as that role");
  await user.click(screen.getByRole("button", { name: "退出预览" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/settings/roles/r1"));
  expect(cache.getQueryData(["seen"])).toBeUndefined();
  await client.GET("/api/v1/today");
  expect(calls.at(-1)?.headers.has("X-Preview-Role")).toBe(false);
});

test("signing out ends it, and nothing of it is stored", async () => {
  previewRole({ id: "r1", name: "业务员" });
  await renderPage(<PreviewBar />, { "POST /api/v1/auth/logout": () => null });
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toMatch(/r1|业务员/);
  await signOut();
  expect(previewedRole()).toBeNull();
});
