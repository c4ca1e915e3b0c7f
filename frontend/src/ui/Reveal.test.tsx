import { act, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderPage } from "@/test/render";
import { Reveal } from "./Reveal";

const masked = { value: "186****0021", masked: true };

test("a value comes after a reason, for 30 s, and is in no cache", async () => {
  const ask = vi.fn(() => Promise.resolve({ value: "18600000021", expiresAt: new Date(Date.now() + 1500).toISOString(), remainingHour: 7, remainingDay: 40 }));
  const { user, cache } = await renderPage(<Reveal value={masked} label="电话" ask={ask} />);
  expect(await screen.findByText("186****0021")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "查看电话" }));
  await user.click(await screen.findByRole("radio", { name: "核对身份" }));
  await user.click(screen.getByRole("button", { name: "查看 30 秒" }));
  expect(await screen.findByText("18600000021")).toBeVisible();
  expect(screen.getByText("本小时还可查看 7 次")).toBeVisible();
  expect(ask).toHaveBeenCalledWith({ code: "verify", text: null });
  expect(JSON.stringify(cache.getQueryCache().getAll().map((query) => query.state.data))).not.toContain("18600000021");
  await act(() => new Promise((wait) => setTimeout(wait, 1700)));
  expect(screen.queryByText("18600000021")).toBeNull();
  expect(screen.getByText("186****0021")).toBeVisible();
});

test("what may not be seen explains itself", async () => {
  const ask = vi.fn();
  const { user } = await renderPage(<Reveal value={masked} label="电话" ask={ask} refused="本小时查看次数已用完" />);
  const eye = await screen.findByRole("button", { name: "查看电话" });
  expect(eye).toHaveAttribute("aria-disabled", "true");
  expect(eye).toHaveAttribute("title", "本小时查看次数已用完");
  await user.click(eye);
  expect(screen.queryByRole("radio")).toBeNull();
});
