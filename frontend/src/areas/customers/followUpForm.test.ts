import { expect, test } from "vitest";
import { emptyForm, toBody } from "./followUpForm";

test("only what was filled is sent", () => {
  expect(toBody(emptyForm)).toBeNull();
  expect(toBody({ ...emptyForm, outcome: "no_answer", note: "  " })).toEqual({ outcome: "no_answer" });
  expect(toBody({ ...emptyForm, outcome: "call_again", nextActionAt: "2026-11-24T08:00:00Z" })).toEqual({ outcome: "call_again", nextActionAt: "2026-11-24T08:00:00Z", nextActionKind: "call" });
});
