import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, renderPage } from "@/test/render";
import { customerRow, today } from "@/test/rows";
import { TodayPage } from "./TodayPage";

test("each row says why it is here and when; the figures stand beside", async () => {
  await renderPage(<TodayPage />, { "GET /api/v1/today": () => today() });
  expect(await screen.findByText("新线索 巨量引擎")).toBeVisible();
  expect(screen.getByText(/^02:\d\d 剩$/)).toBeVisible();
  expect(screen.getByText("31")).toBeVisible();
});

test("late stands out, a kind filters the queue, the team is shown to who leads one", async () => {
  const items = [
    { kind: "late" as const, dueAt: new Date(Date.now() - 3 * 3600_000 - 60_000).toISOString(), reason: "约定 14:00 回电", customer: customerRow() },
    { kind: "due" as const, dueAt: null, reason: "约定今天到访", customer: customerRow({ id: "c2" }) },
  ];
  const { user } = await renderPage(<TodayPage />, {
    "GET /api/v1/today": () => today({ items, counts: { new: 0, late: 1, due: 1, unreached: 0 }, scope: "team", teamRows: [{ employee: { id: "e2", displayName: "陈明" }, onDuty: false, newToday: 2, late: 1, followUpsToday: 9 }] }),
  });
  expect(await screen.findByText("超时 3 小时")).toBeVisible();
  expect(screen.getByText("陈明").closest("tr")).toHaveTextContent("陈明离岗219");
  await user.click(screen.getByRole("radio", { name: "到期 1" }));
  expect(screen.queryByText("约定 14:00 回电")).toBeNull();
  expect(screen.getByText("约定今天到访")).toBeVisible();
});

test("nothing left to do says so; a failure can be tried again", async () => {
  const answers = [problem(500, "core.internal", "出了点问题"), today({ items: [], counts: { new: 0, late: 0, due: 0, unreached: 0 } })];
  const { user } = await renderPage(<TodayPage />, { "GET /api/v1/today": () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "重试" }));
  expect(await screen.findByText("今天的跟进都完成了")).toBeVisible();
});
