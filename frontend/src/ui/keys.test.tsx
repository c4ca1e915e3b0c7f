import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { setSingleKeys, useKeys } from "./keys";

function Scope({ name, run, active = true, name2 = "j" }: { name: string; run: () => void; active?: boolean; name2?: string }) {
  useKeys(name, { [name2]: { run }, "ctrl+Enter": { run }, "g c": { run } }, active);
  return null;
}

test("the innermost open scope has the key; a closed one gives it back", async () => {
  const outer = vi.fn();
  const inner = vi.fn();
  const view = render(
    <>
      <Scope name="list" run={outer} />
      <Scope name="panel" run={inner} />
    </>,
  );
  await userEvent.keyboard("j");
  view.rerender(
    <>
      <Scope name="list" run={outer} />
      <Scope name="panel" run={inner} active={false} />
    </>,
  );
  await userEvent.keyboard("j");
  expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1]);
});

test("single keys are dead in inputs, while composing, and when switched off; combinations are not", async () => {
  const run = vi.fn();
  render(
    <>
      <Scope name="list" run={run} />
      <input aria-label="text" />
    </>,
  );
  const input = screen.getByLabelText("text");
  await userEvent.type(input, "j");
  expect(run).not.toHaveBeenCalled();
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  expect(run).toHaveBeenCalledTimes(1);
  input.blur();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", isComposing: true }));
  setSingleKeys(false);
  await userEvent.keyboard("j");
  setSingleKeys(true);
  expect(run).toHaveBeenCalledTimes(1);
});

test("two keys in a row make one", async () => {
  const run = vi.fn();
  render(<Scope name="list" run={run} />);
  await userEvent.keyboard("gc");
  expect(run).toHaveBeenCalledTimes(1);
});
