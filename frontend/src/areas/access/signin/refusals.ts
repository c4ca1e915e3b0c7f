import type { Problem } from "@/api/problem";

/** Refusals by policy: they fill the page, since trying again with another password does not help. */
export const refusals = ["time-refused", "ip-refused", "region-refused", "device-limit", "too-many-sessions", "locked", "approval-refused", "account-disabled"] as const;
export type RefusalName = (typeof refusals)[number];

export const refusalName = (problem: Problem): RefusalName | null => refusals.find((name) => problem.code === `access.${name}`) ?? null;
