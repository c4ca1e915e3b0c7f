import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { pipeline, worker } from "@/test/cases";
import { list, never, problem, renderPage } from "@/test/render";
import { PipelinesPage } from "./PipelinesPage";

const server = { "GET /api/v1/pipelines": () => [pipeline()], "GET /api/v1/qualification-fields": () => list([]) };
const page = { path: "/settings/pipelines", me: worker };

test("stages are rows; a removed one with running cases asks where they go", async () => {
  const needed = problem(409, "pipeline.mapping-needed", "要删除的阶段里还有业务单");
  Object.assign(needed.body, { current: { submitted: 24 } });
  const answers = [needed, pipeline({ version: 8 })];
  const { user, calls } = await renderPage(<PipelinesPage />, { ...server, "PUT /api/v1/pipelines/*": () => answers.shift() }, page);
  const row = within(await screen.findByRole("group", { name: "进件" }));
  await user.click(row.getByRole("button", { name: "删除进件" }));
  await user.click(screen.getByRole("button", { name: "保存" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("进件 · 24 单")).toBeInTheDocument();
  await user.click(dialog.getByLabelText("进件移到"));
  await user.click(await screen.findByText("审批", { selector: ".ant-select-item-option-content" }));
  await user.click(dialog.getByText("保存并移动"));
  await vi.waitFor(() => expect(calls.filter(({ method }) => method === "PUT").filter(({ path }) => path.includes("/pipelines/"))).toHaveLength(2));
  const puts = calls.filter(({ method, path }) => method === "PUT" && path.includes("/pipelines/"));
  expect(puts[0]?.headers.get("If-Match")).toBe('"7"');
  expect(puts[1]?.body).toMatchObject({ mapping: { submitted: "approval" } });
  const sent = puts[1]?.body as { stages: { code: string; moves: string[] }[] };
  expect(sent.stages.map(({ code }) => code)).toEqual(["signed", "approval", "lost"]);
  expect(sent.stages.every(({ moves }) => !moves.includes("submitted"))).toBe(true);
});

test("the server's errors stand at their stage", async () => {
  const invalid = problem(422, "core.invalid", "有字段不对", [{ pointer: "/stages/0/name", code: "x", message: "名称不能为空" }]);
  const { user } = await renderPage(<PipelinesPage />, { ...server, "PUT /api/v1/pipelines/*": () => invalid }, page);
  const row = await screen.findByRole("group", { name: "签约" });
  await user.clear(within(row).getByRole("textbox", { name: "名称" }));
  await user.click(screen.getByRole("button", { name: "保存" }));
  expect(await within(screen.getByRole("group", { name: "第 1 个阶段" })).findByRole("alert")).toHaveTextContent("名称不能为空");
});

test("a new pipeline starts with an open, a settled and a lost stage", async () => {
  const { user, calls } = await renderPage(<PipelinesPage />, { ...server, "POST /api/v1/pipelines": () => pipeline({ id: "p2", name: "车贷流程" }) }, page);
  await user.click(await screen.findByRole("button", { name: "新建流程" }));
  await user.type(await screen.findByRole("textbox", { name: "流程名称" }), "车贷流程");
  await user.click(screen.getByRole("button", { name: "保存" }));
  await vi.waitFor(() => expect(calls.find(({ method, path }) => method === "POST" && path === "/api/v1/pipelines")?.body).toMatchObject({ name: "车贷流程", stages: [{ kind: "visit" }, { kind: "settled" }, { kind: "lost" }] }));
});

test("loading, refused", async () => {
  await renderPage(<PipelinesPage />, { ...server, "GET /api/v1/pipelines": never }, page);
  expect(await screen.findByText("载入中")).toBeInTheDocument();
});
test("refused says so; nobody edits without the permission", async () => {
  await renderPage(<PipelinesPage />, { ...server, "GET /api/v1/pipelines": () => problem(403, "core.forbidden", "没有「查看业务单」权限") }, { ...page, me: { ...worker, permissions: [] } });
  expect(await screen.findByText("没有「查看业务单」权限")).toBeVisible();
  expect(screen.queryByRole("button", { name: "新建流程" })).toBeNull();
});
