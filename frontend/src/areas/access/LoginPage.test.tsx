import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, renderPage } from "@/test/render";
import { LoginPage } from "./LoginPage";

const fill = async (user: Awaited<ReturnType<typeof renderPage>>["user"]) => {
  await user.type(await screen.findByLabelText("机构代码"), "demo");
  await user.type(screen.getByLabelText("账号"), "sales1");
  await user.type(screen.getByLabelText("密码"), "secret{Enter}");
};

test("signing in goes on to where one was; a foreign address is not followed", async () => {
  const { user, calls, router } = await renderPage(<LoginPage />, { "POST /api/v1/auth/login": () => ({ accessToken: "x", expiresIn: 900 }) }, { path: "/login", at: "/login?next=%2F%2Fevil.example" });
  await fill(user);
  await screen.findByText("elsewhere");
  expect(router.state.location.pathname).toBe("/");
  expect(calls.find(({ path }) => path.endsWith("/login"))?.body).toEqual({ tenant: "demo", username: "sales1", password: "secret", client: "web" });
  expect(Object.values({ ...localStorage }).join()).not.toMatch(/secret|sales1/);
});

test("a refusal is shown in the server's words with its number", async () => {
  const { user } = await renderPage(<LoginPage />, { "POST /api/v1/auth/login": () => problem(401, "access.refused", "当前不在可登录时间，下次可登录:明天 08:30。") }, { path: "/login" });
  await fill(user);
  expect(await screen.findByRole("alert")).toHaveTextContent("当前不在可登录时间，下次可登录:明天 08:30。请求编号 req-1");
});
