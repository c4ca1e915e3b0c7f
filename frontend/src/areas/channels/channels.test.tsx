import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { list, renderPage } from "@/test/render";
import { channel, deadEntry } from "@/test/rows";
import { ChannelPage } from "./ChannelPage";
import { ChannelsPage } from "./ChannelsPage";
import { InboxPage } from "./InboxPage";

test("a new channel shows its secret once, beside the address", async () => {
  const { user, calls } = await renderPage(<ChannelsPage />, { "GET /api/v1/channels": () => list([]), "POST /api/v1/channels": () => ({ ...channel(), secret: "whsec_abc" }) }, { path: "/channels" });
  expect(await screen.findByText("还没有渠道")).toBeVisible();
  await user.keyboard("n");
  await user.type(await screen.findByLabelText("名称"), "官网表单");
  await user.click(screen.getByRole("button", { name: "新建" }));
  expect(await screen.findByText("whsec_abc")).toBeVisible();
  expect(screen.getByText("密钥只显示这一次，现在复制保存。")).toBeVisible();
  const sent = calls.find(({ method, path }) => method === "POST" && path === "/api/v1/channels");
  expect(sent?.body).toEqual({ name: "官网表单", kind: "generic" });
  expect(sent?.headers.get("Idempotency-Key")).toBeTruthy();
});

test("a card tells the day and where the dead letters are", async () => {
  await renderPage(<ChannelsPage />, { "GET /api/v1/channels": () => list([channel({ health: "warning", stats: { ...channel().stats, deadTotal: 7 } })]) }, { path: "/channels" });
  expect(await screen.findByRole("link", { name: "待处理死信 7" })).toHaveAttribute("href", "/inbox?state=dead&channelId=ch1");
  expect(screen.getByText("有死信")).toBeVisible();
});

test("a test lead shows each step of its way", async () => {
  const step = (text: string) => ({ code: text, verdict: "yes" as const, text, facts: {}, children: [] });
  const { user } = await renderPage(
    <ChannelPage />,
    {
      "GET /api/v1/channels/*": () => channel(),
      "POST /api/v1/channels/*/test-lead": () => ({ statusCode: 202, webhookId: "m1", inboxEntryId: "i1", explanation: { ...step("已送达"), children: [step("验签通过")] } }),
      "GET /api/v1/inbox-entries/*": () => deadEntry({ state: "test", explanation: step("解析完成") }),
    },
    { path: "/channels/:channelId", at: "/channels/ch1" },
  );
  await user.click(await screen.findByRole("button", { name: "发送测试线索" }));
  expect(await screen.findByText("推送地址回答 202")).toBeVisible();
  expect(screen.getByText("验签通过")).toBeVisible();
  expect(await screen.findByText("解析完成")).toBeVisible();
});

test("a dead letter is corrected and replayed in place, by keyboard", async () => {
  const { user, calls } = await renderPage(
    <InboxPage />,
    { "GET /api/v1/inbox-entries": () => list([deadEntry()]), "GET /api/v1/channels": () => list([channel()]), "GET /api/v1/inbox-entries/*": () => deadEntry(), "POST /api/v1/inbox-entries/*/replay": () => deadEntry({ state: "pending", version: 2 }) },
    { path: "/inbox" },
  );
  await screen.findByText("手机号只有 10 位");
  await user.keyboard("j{Enter}");
  await user.type(await screen.findByLabelText("电话"), "13800138000{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(calls.find(({ path }) => path.endsWith("/replay"))?.body).toEqual({ corrections: { phone: "13800138000" } }));
});
