import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { client, data } from "@/api/client";
import { problem, renderPage } from "@/test/render";
import { SchemaForm } from "./SchemaForm";

const done = vi.fn();
const form = (
  <SchemaForm
    fields={[
      { name: "name", label: "姓名", required: true, maxLength: 20 },
      { name: "phone", label: "电话", kind: "phone", required: true },
      { name: "wantedAmount", label: "金额", kind: "amount" },
    ]}
    submitLabel="新建"
    submit={(values, key) => data(client.POST("/api/v1/customers", { params: { header: { "Idempotency-Key": key } }, body: values as { name: string; phone: string } }))}
    onDone={done}
  />
);

test("the server's error stands at its field, is read with it, and the next try has the same key", async () => {
  const answers = [problem(422, "core.invalid", "填写有误", [{ pointer: "/phone", code: "x", message: "应为 11 位" }]), { id: "c9" }];
  const { user, calls } = await renderPage(form, { "POST /api/v1/customers": () => answers.shift() });
  await user.type(await screen.findByLabelText("姓名"), "张三");
  await user.type(screen.getByLabelText("电话"), "138");
  await user.click(screen.getByRole("button", { name: "新建" }));
  await screen.findByText("应为 11 位");
  expect(screen.getByLabelText("电话")).toHaveAccessibleDescription(/应为 11 位/);
  expect(screen.queryByText("填写有误")).toBeNull();
  await user.type(screen.getByLabelText("电话"), "00138000{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(done).toHaveBeenCalledWith({ id: "c9" }));
  const keys = calls.filter(({ path }) => path === "/api/v1/customers").map(({ headers }) => headers.get("Idempotency-Key"));
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test("what fits no field goes into the summary with the request id", async () => {
  const { user } = await renderPage(form, { "POST /api/v1/customers": () => problem(409, "customers.phone-taken", "这个号码已有客户") });
  await user.type(await screen.findByLabelText("姓名"), "张三");
  await user.type(screen.getByLabelText("电话"), "13800138000");
  await user.click(screen.getByRole("button", { name: "新建" }));
  expect(await screen.findByText("这个号码已有客户")).toBeVisible();
  expect(screen.getByText(/req-1/)).toBeVisible();
});

test("an amount is echoed in yuan, and a missing field is named without asking the server", async () => {
  const { user, calls } = await renderPage(form);
  await user.type(await screen.findByLabelText("金额"), "20万");
  expect(await screen.findByText("= 200,000.00 元")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "新建" }));
  expect(await screen.findByText("填写姓名")).toBeVisible();
  expect(calls.filter(({ path }) => path === "/api/v1/customers")).toHaveLength(0);
});
