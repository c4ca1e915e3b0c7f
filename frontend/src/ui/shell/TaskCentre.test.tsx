import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { list, problem, renderPage } from "@/test/render";
import { allowed, task } from "@/test/rows";
import { TaskCentre } from "./TaskCentre";

test("progress, done and failed of what runs; the count says how many", async () => {
  const { user } = await renderPage(<TaskCentre />, { "GET /api/v1/tasks": () => list([task(), task({ id: "k2", state: "done", done: 5, total: 5, failed: 0 })]) });
  await user.click(await screen.findByRole("button", { name: "后台任务，1 个进行中" }));
  expect(await screen.findByRole("progressbar", { name: "重放收件箱" })).toHaveAttribute("aria-valuenow", "25");
  expect(screen.getByText(/进行中 · 完成 30，失败 2/)).toBeInTheDocument();
  expect(screen.getAllByRole("progressbar")).toHaveLength(1);
});

test("cancel asks the server; its refusal is told and the list is read again", async () => {
  const { user, calls } = await renderPage(<TaskCentre />, { "GET /api/v1/tasks": () => list([task()]), "POST /api/v1/tasks/*/cancel": () => problem(409, "workspace.task-not-cancellable", "任务已经结束，不能取消") });
  await user.click(await screen.findByRole("button", { name: "后台任务，1 个进行中" }));
  await user.click(await screen.findByRole("button", { name: "取消" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("任务已经结束，不能取消");
  expect(calls.filter(({ method }) => method === "POST").map(({ path }) => path)).toContain("/api/v1/tasks/k1/cancel");
  await vi.waitFor(() => expect(calls.filter(({ path }) => path === "/api/v1/tasks").length).toBeGreaterThan(1));
});

test("a failed task says why and can be resumed, one that may not be cancelled says so", async () => {
  const failed = task({ id: "k3", state: "failed", error: { code: "workspace.task-failed", message: "执行中出错，可以继续" }, allowedActions: allowed("resume") });
  const stuck = task({ allowedActions: [{ action: "cancel", allowed: false, reason: { code: "x", message: "正在写入，不能取消" } }] });
  const { user, calls } = await renderPage(<TaskCentre />, { "GET /api/v1/tasks": () => list([failed, stuck]), "POST /api/v1/tasks/*/resume": () => task({ id: "k3", state: "queued" }) });
  await user.click(await screen.findByRole("button", { name: "后台任务，1 个进行中" }));
  expect(await screen.findByText(/执行中出错，可以继续/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: /^取消/ })).toHaveTextContent("正在写入，不能取消");
  await user.click(screen.getByRole("button", { name: /^取消/ }));
  expect(calls.some(({ path }) => path.endsWith("/cancel"))).toBe(false);
  await user.click(screen.getByRole("button", { name: "继续" }));
  await vi.waitFor(() => expect(calls.some(({ path }) => path === "/api/v1/tasks/k3/resume")).toBe(true));
});

test("a task that made a file hands it out under its name", async () => {
  const saved: string[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL: () => undefined }));
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  const { user } = await renderPage(<TaskCentre />, { "GET /api/v1/tasks": () => list([task({ state: "done", result: { file: { name: "audit-1.csv", parts: 1 } } })]), "GET /api/v1/tasks/*/file": () => "a,b" });
  await user.click(await screen.findByRole("button", { name: /^后台任务/ }));
  await user.click(await screen.findByRole("button", { name: "下载" }));
  await vi.waitFor(() => expect(saved).toEqual(["audit-1.csv"]));
  click.mockRestore();
});
