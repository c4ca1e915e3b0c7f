import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import { problem, renderPage, type Server } from "@/test/render";
import { Reveal } from "@/ui/Reveal";
import { StepUpHost } from "./StepUpHost";

const need = problem(403, "core.step-up-required", "再确认一次身份：5 分钟内确认过才能这样做");
const until = new Date(Date.now() + 300_000).toISOString();
const revealed = { value: "13800005678", expiresAt: new Date(Date.now() + 30_000).toISOString(), remainingHour: 6 };

function Act() {
  const [said, setSaid] = useState("");
  const send = () => client.DELETE("/api/v1/me/wechat").then(() => setSaid("done"), (error: unknown) => setSaid(isProblem(error) ? error.message : ""));
  return (
    <>
      <button type="button" onClick={() => void send()}>
        act
      </button>
      <output>{said}</output>
      <Reveal
        value={{ value: "138****5678", masked: true }}
        label="电话"
        ask={(reason) => data(client.POST("/api/v1/customers/{customer_id}/reveal", { params: { path: { customer_id: "c1" } }, body: { field: "phone", reason } } as never)) as never}
      />
      <StepUpHost />
    </>
  );
}
const server = (part: Server): Server => {
  let confirmed = false;
  return {
    "GET /api/v1/auth/step-up": () => ({ kinds: ["recovery", "totp"], passkey: null, state: null }),
    "POST /api/v1/auth/step-up": () => {
      confirmed = true;
      return { until };
    },
    "DELETE /api/v1/me/wechat": () => (confirmed ? null : need),
    "POST /api/v1/customers/c1/reveal": () => (confirmed ? revealed : need),
    ...part,
  };
};

test("the refused call goes on after a code", async () => {
  const { user, calls } = await renderPage(<Act />, server({}));
  await user.click(await screen.findByRole("button", { name: "act" }));
  const dialog = await screen.findByRole("dialog", { name: "确认是你本人" });
  expect(dialog).toHaveTextContent("5 分钟内确认过才能这样做");
  await user.type(await screen.findByLabelText("6 位验证码"), "123456");
  await screen.findByText("done");
  expect(calls.find(({ method, path }) => method === "POST" && path.endsWith("/step-up"))?.body).toEqual({ kind: "totp", code: "123456", password: null, credential: null, state: null });
  expect(screen.queryByRole("dialog", { name: "确认是你本人" })).toBeNull();
});

test("cancelling tells the refusal; a wrong password is told in the dialog", async () => {
  const { user } = await renderPage(
    <Act />,
    server({ "GET /api/v1/auth/step-up": () => ({ kinds: ["password"], passkey: null, state: null }), "POST /api/v1/auth/step-up": () => problem(401, "access.factor-refused", "验证没有通过，检查后再试") }),
  );
  await user.click(await screen.findByRole("button", { name: "act" }));
  await user.type(await screen.findByLabelText("密码"), "wrong{Enter}");
  await waitFor(() => expect(screen.getByText("验证没有通过，检查后再试")).toBeVisible());
  await user.click(screen.getByRole("button", { name: "取消" }));
  await waitFor(() => expect(screen.getByText("再确认一次身份：5 分钟内确认过才能这样做")).toBeVisible());
});

test("revealing with a reason goes through it and keeps the reason", async () => {
  const { user, calls } = await renderPage(<Act />, server({}));
  await user.click(await screen.findByRole("button", { name: "查看电话" }));
  await user.click(await screen.findByRole("button", { name: "查看 30 秒" }));
  await user.type(await screen.findByLabelText("6 位验证码"), "123456");
  await waitFor(() => expect(screen.getByText("13800005678")).toBeVisible());
  const reveals = calls.filter(({ path }) => path.endsWith("/reveal"));
  expect(reveals).toHaveLength(2);
  expect(reveals[1]?.body).toEqual(reveals[0]?.body);
});
