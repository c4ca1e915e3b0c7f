import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { searchCustomers } from "@/areas/customers/search";
import { list, problem, renderPage } from "@/test/render";
import { customerRow } from "@/test/rows";
import { CommandPalette } from "./CommandPalette";

const palette = (onClose = () => undefined) => <CommandPalette open onClose={onClose} search={searchCustomers} />;

test("four digits go in a POST body, Enter opens who was found", async () => {
  const onClose = vi.fn();
  const { user, calls, router } = await renderPage(palette(onClose), { "POST /api/v1/customers/search": () => list([customerRow()]) });
  await user.type(await screen.findByRole("combobox"), "0021");
  expect(await screen.findByRole("option", { name: /王\*\*/, selected: true })).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("找到 1 位客户");
  const asked = calls.filter(({ path }) => path.endsWith("/search"));
  expect(asked.map(({ method, body }) => [method, (body as { search: string }).search])).toEqual([["POST", "0021"]]);
  expect(calls.every(({ query }) => !query.toString().includes("0021"))).toBe(true);
  await user.keyboard("{Enter}");
  expect(router.state.location.pathname).toBe("/customers/c1");
  expect(onClose).toHaveBeenCalledOnce();
});

test("pages stand with their keys and the arrows choose, without a search", async () => {
  const { user, router, calls } = await renderPage(palette());
  const options = await screen.findAllByRole("option");
  expect(options.map((option) => option.textContent?.trim())).toEqual(["今日g t", "客户g c"]);
  await user.type(screen.getByRole("combobox"), "{ArrowDown}{Enter}");
  expect(router.state.location.pathname).toBe("/customers");
  expect(calls.some(({ path }) => path.endsWith("/search"))).toBe(false);
});

test("Enter that ends Chinese composition opens nothing", async () => {
  const { router } = await renderPage(palette());
  const input = await screen.findByRole("combobox");
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }));
  expect(router.state.location.pathname).toBe("/");
});

test("a refused search says why", async () => {
  const { user } = await renderPage(palette(), { "POST /api/v1/customers/search": () => problem(429, "core.too-many", "搜索太频繁，1 分钟后再试") });
  await user.type(await screen.findByRole("combobox"), "0021");
  expect(await screen.findByText("搜索太频繁，1 分钟后再试")).toBeVisible();
});
