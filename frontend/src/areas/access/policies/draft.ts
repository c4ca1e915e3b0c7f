import type { FieldError } from "@/api/problem";
import type { LoginPolicy, PolicyIn, PolicyParts } from "@/api/types";

/** In the server's order, which is also that of a policy's sentences. */
export const partNames = ["device", "ip", "region", "time", "attempts", "idle", "sessions", "unusual", "factor"] as const;
export type PartName = (typeof partNames)[number];
export const clients = ["web", "ios", "android", "wechat_mp", "terminal", "api"] as const;
export type ClientKind = (typeof clients)[number];
export type Part<N extends PartName> = NonNullable<PolicyParts[N]>;

/** Whose policy, on which client. */
export interface Target {
  kind: "role" | "employee";
  id: string;
  client: ClientKind;
}
export const targetKey = ({ kind, id, client }: Target): string => `${kind}:${id}:${client}`;

export interface Draft {
  parts: PolicyParts;
  overrides: PartName[];
  /** What a part held before it was switched off, so that switching it on again brings it back. */
  shelf: PolicyParts;
}
/** `follow`: an employee's policy leaves the part to his roles. */
export type Mode = "on" | "off" | "follow";

const starts: { [N in PartName]: Part<N> } = {
  device: { max: 2, firstUse: "approve" },
  ip: { allow: [], deny: [] },
  region: { allow: [], unknown: "approve" },
  time: { windows: [{ days: [1, 2, 3, 4, 5, 6], start: "08:30", end: "20:30" }], holidays: "closed", makeup: "workday" },
  attempts: { failures: 5, minutes: 15, maxMinutes: 1440, ipFailures: 50 },
  idle: { minutes: 30 },
  sessions: { max: 2, beyond: "newest_wins", hours: 24 },
  unusual: { newDeviceAndPlace: true, travelKmh: 900, offHoursMinutes: 60, accountsPerIp: 10 },
  factor: { required: true, kinds: ["totp", "passkey"], stepUp: ["reveal", "export", "policies"], stepUpMinutes: 5 },
};

export const draftOf = (policy: LoginPolicy | null): Draft => ({ parts: policy?.parts ?? {}, overrides: [...(policy?.overrides ?? [])], shelf: {} });

export function modeOf(draft: Draft, name: PartName, own: boolean): Mode {
  if (own && !draft.overrides.includes(name)) return "follow";
  return draft.parts[name] ? "on" : "off";
}

export function withMode(draft: Draft, name: PartName, mode: Mode, own: boolean): Draft {
  const part = draft.parts[name] ?? null;
  const others = draft.overrides.filter((other) => other !== name);
  return {
    parts: { ...draft.parts, [name]: mode === "on" ? (part ?? draft.shelf[name] ?? starts[name]) : null },
    overrides: own && mode !== "follow" ? partNames.filter((other) => other === name || others.includes(other)) : others,
    shelf: part ? { ...draft.shelf, [name]: part } : draft.shelf,
  };
}

export const withPart = <N extends PartName>(draft: Draft, name: N, part: Part<N>): Draft => ({ ...draft, parts: { ...draft.parts, [name]: part } });

const said = (draft: Draft, name: PartName): string => JSON.stringify([draft.parts[name] ?? null, draft.overrides.includes(name)]);
export const differs = (a: Draft, b: Draft, name: PartName): boolean => said(a, name) !== said(b, name);
export const changedParts = (a: Draft, b: Draft): PartName[] => partNames.filter((name) => differs(a, b, name));

/** Part by part, what one side says taken over into the other. */
export function takeOver(draft: Draft, from: Draft, names: readonly PartName[]): Draft {
  const parts = { ...draft.parts, ...Object.fromEntries(names.map((name) => [name, from.parts[name] ?? null])) };
  return { ...draft, parts, overrides: partNames.filter((name) => (names.includes(name) ? from : draft).overrides.includes(name)) };
}

/** What is sent: every part, null where it is off. */
export const bodyOf = (draft: Draft): Pick<PolicyIn, "parts" | "overrides"> => ({
  parts: Object.fromEntries(partNames.map((name) => [name, draft.parts[name] ?? null])) as PolicyParts,
  overrides: draft.overrides,
});
export const policyIn = (target: Target, draft: Draft): PolicyIn => ({ ...(target.kind === "role" ? { roleId: target.id } : { employeeId: target.id }), client: target.client, ...bodyOf(draft) });

/** The server's sentence of a part, when it says one of it. */
export function sentenceOf(policy: LoginPolicy | null, name: PartName): string | null {
  if (!policy) return null;
  const read = partNames.filter((other) => policy.parts[other] || policy.overrides.includes(other));
  return policy.sentences[read.indexOf(name)] ?? null;
}

/** Errors of one part by their place in it: `windows/0/start`; empty for the part as a whole. */
export function errorsOf(errors: readonly FieldError[], name: PartName): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { pointer, message } of errors) {
    const [head, part, ...rest] = pointer.replace(/^#/, "").replace(/^\/draft/, "").split("/").slice(1);
    if (head === "parts" && part === name) found.set(rest.join("/"), message);
  }
  return found;
}
export const isPlaced = ({ pointer }: FieldError): boolean => new RegExp(`^#?(/draft)?/parts/(${partNames.join("|")})(/|$)`).test(pointer);
