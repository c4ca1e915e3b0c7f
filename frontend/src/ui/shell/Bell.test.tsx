import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { list, renderPage } from "@/test/render";
import { todo } from "@/test/rows";
import { Bell } from "./Bell";

test("the bell holds my to-dos too, and going to the customer closes it", async () => {
  const { user, router } = await renderPage(<Bell />, { "GET /api/v1/notifications/unread-count": () => ({ unread: 4 }), "GET /api/v1/notifications": () => list([]), "GET /api/v1/todos": () => list([todo()]) });
  await user.click(await screen.findByRole("button", { name: "消息，4 条未读" }));
  await user.click(await screen.findByRole("tab", { name: "待办" }));
  await user.click(await screen.findByRole("link", { name: "王**" }));
  expect(router.state.location.pathname).toBe("/customers/c1");
});
