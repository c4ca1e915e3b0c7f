import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { renderPage } from "@/test/render";
import { NewVersionBar } from "./Notices";

const script = document.createElement("script");
script.type = "text/plain";
script.src = "/assets/index-old1.js";
afterEach(() => script.remove());
const looks = async (html: string) => {
  document.head.append(script);
  await renderPage(
    <>
      <p>here</p>
      <NewVersionBar />
    </>,
  );
  await screen.findByText("here");
  const asked = vi.fn(() => Promise.resolve(new Response(html)));
  vi.stubGlobal("fetch", asked);
  // What is drawn may listen a moment later.
  await vi.waitFor(() => {
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(asked).toHaveBeenCalled();
  });
};

test("another entry script on the server shows the bar, the same one does not", async () => {
  await looks('<script type="module" src="/assets/index-old1.js"></script>');
  await act(() => new Promise((wait) => setTimeout(wait, 50)));
  expect(screen.queryByText("已更新")).toBeNull();
});

test("it says so and offers to reload, and does not reload by itself", async () => {
  await looks('<script type="module" src="/assets/index-new2.js"></script>');
  expect(await screen.findByText("已更新")).toBeVisible();
  expect(screen.getByRole("button", { name: "刷新" })).toBeVisible();
});

test("a part that is gone from the server shows it too", async () => {
  await renderPage(
    <>
      <p>here</p>
      <NewVersionBar />
    </>,
  );
  await screen.findByText("here");
  await vi.waitFor(() => {
    act(() => void window.dispatchEvent(new Event("vite:preloadError")));
    expect(screen.getByText("已更新")).toBeVisible();
  });
});
