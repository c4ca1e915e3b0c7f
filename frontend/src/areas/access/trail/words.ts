import type { AuditEntry } from "@/api/types";

type Words = (key: string, values?: Record<string, unknown>) => string;

const kinds = ["customer", "case", "employee", "unit", "role", "session", "tenant", "channel", "lender", "product", "pipeline", "task", "policy", "device", "api_key", "receipt"];
/** What a record is, as 客户. */
export const kindOf = (subject: AuditEntry["subject"], words: Words): string => words(`audit:record.kind.${subject && kinds.includes(subject.kind) ? subject.kind : "other"}`);
export const subjectText = (entry: AuditEntry, words: Words): string =>
  entry.subject ? words("audit:record.named", { kind: kindOf(entry.subject, words), label: entry.subject.label ?? words("audit:record.short", { id: entry.subject.id.slice(-6) }) }) : "";

const clients = ["web", "ios", "android", "wechat_mp", "terminal", "api"];
export const clientText = (client: string, words: Words): string => words(`audit:client.${clients.includes(client) ? client : "none"}`);
export const actorText = ({ actor }: AuditEntry, words: Words): string => (actor.kind === "employee" ? actor.name : words(`audit:actor.${actor.kind}`, { name: actor.name }));

const facts = [
  "client", "factor", "method", "signals", "kind", "name", "count", "roles", "reason", "employee", "role", "fields", "field", "number", "amount_fen", "product", "source", "day", "was", "now", "previous", "owner", "outcome", "n", "digest", "head",
  "to_seal", "entries", "broken", "filters", "rows", "title", "hours", "tenant", "state", "stage", "permissions", "networks", "expires_at", "key", "from", "to", "action", "code", "place", "ip", "device", "version", "cooperation", "lender", "submission",
  "document", "approval", "on_duty", "note", "what", "customer", "case", "channel", "entry", "task", "file", "ended", "bytes", "pointer", "policy", "sessions", "until", "minutes", "failures", "by", "attempts", "left", "limit", "hour", "how", "working",
];
/** What a fact of an entry is called; one of a newer server keeps its own name. */
export const factTitle = (name: string, words: Words): string => (facts.includes(name) ? words(`audit:fact.${name}`) : name);

const values = ["password", "totp", "passkey", "recovery", "wechat", "web", "ios", "android", "wechat_mp", "terminal", "api", "assigned", "claimed", "released", "transferred", "created", "lead", "manual", "import", "generic", "bind", "approve", "device", "region", "unusual", "person", "company"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isNothing = (value: unknown): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** A fact as text: an employee's id as the name, another record's by its end, a known code in words. */
export function factText(value: unknown, words: Words, names: ReadonlyMap<string, string>): string {
  if (typeof value === "boolean") return words(value ? "audit:fact.yes" : "audit:fact.no");
  if (Array.isArray(value)) return value.map((one) => factText(one, words, names)).join(words("audit:fact.comma"));
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, inner]) => words("audit:fact.pair", { name: factTitle(name, words), value: factText(inner, words, names) })).join(words("audit:fact.comma"));
  const text = String(value ?? "–");
  if (UUID.test(text)) return names.get(text) ?? words("audit:record.short", { id: text.slice(-6) });
  return values.includes(text) ? words(`audit:value.${text}`) : text;
}

/** The facts of an entry that say something, and that its own columns do not say. */
export const factsOf = (entry: AuditEntry): [string, unknown][] => Object.entries(entry.facts).filter(([name, value]) => !isNothing(value) && !(name === "client" && value === entry.client));
