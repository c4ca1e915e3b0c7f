import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderPage } from "@/test/render";
import { PhoneMenu } from "./PhoneMenu";

test("every page is one tap away, and choosing one closes the menu", async () => {
  const close = vi.fn();
  const { user, router } = await renderPage(<PhoneMenu open onClose={close} />, {}, { path: "/today" });
  expect(await screen.findByRole("link", { name: "今日" })).toHaveAttribute("aria-current", "page");
  await user.click(screen.getByRole("link", { name: "客户" }));
  expect(close).toHaveBeenCalledOnce();
  expect(router.state.location.pathname).toBe("/customers");
});
