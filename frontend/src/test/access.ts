import type { ApiKey, AuditChain, AuditDetail, LoginPolicy, Me, Places, PolicyImpact } from "@/api/types";
import { allowed, me } from "./rows";

/** Somebody who may do these things, company-wide. */
export const holding = (...permissions: string[]): Me => ({ ...me, permissions: permissions.map((permission) => ({ permission, scope: "company" as const })) });

export const places = (part: Partial<Places> = {}): Places => ({
  items: [
    { code: "51", name: "四川省", parent: null },
    { code: "510100", name: "四川省成都市", parent: "51" },
  ],
  dataOf: "2021-10",
  ownFile: false,
  ...part,
});

export const policy = (part: Partial<LoginPolicy> = {}): LoginPolicy => ({
  id: "p1",
  version: 4,
  subject: { kind: "role", id: "r1", name: "业务员" },
  client: "web",
  parts: { device: null, ip: { allow: ["203.0.113.0/24"], deny: [] }, region: null, time: null, attempts: null, idle: { minutes: 30 }, sessions: null, unusual: null, factor: null },
  overrides: [],
  sentences: ["IP：只能从 203.0.113.0/24 登录", "无操作：30 分钟没有操作就锁定"],
  updatedAt: "2026-11-24T02:00:00Z",
  ...part,
});

export const impact = (part: Partial<PolicyImpact> = {}): PolicyImpact => ({
  since: "2026-10-26T02:00:00Z",
  logins: 214,
  refused: 18,
  people: 12,
  peopleRefused: 1,
  items: [{ employee: { id: "e2", displayName: "陈明" }, logins: 20, refused: 18, reasons: { "access.ip-refused": 15, "access.time-refused": 3 }, lastRefusedAt: "2026-11-24T02:00:00Z" }],
  liveSessions: 5,
  ending: [{ employee: { id: "e2", displayName: "陈明" }, sessionId: "s2", client: "web", place: "四川省成都市", code: "access.ip-refused", message: "当前网络不在允许登录的范围" }],
  ...part,
});

export const chain = (part: Partial<AuditChain> = {}): AuditChain => ({
  seals: 120,
  head: "ab12",
  sealedAt: "2026-11-25T02:00:00Z",
  waiting: 0,
  oldestWaiting: null,
  verified: { at: "2026-11-20T02:00:00Z", toSeal: 118, entries: 4210, broken: null },
  ...part,
});

export const entry = (part: Partial<AuditDetail> = {}): AuditDetail => ({
  id: "a1",
  at: "2026-11-25T02:00:00Z",
  action: "customers.edited",
  title: "编辑客户",
  actor: { kind: "employee", id: "e1", name: "李婷" },
  subject: { kind: "customer", id: "c1", label: "王**" },
  client: "web",
  ip: "203.0.113.7",
  place: "四川省成都市",
  deviceName: "办公室电脑",
  sessionId: "01a210cd-41f0-7000-b170-bc3d2bf9b13c",
  requestId: "01a210cd-43c1-7545-99ea-ed310f147ccc",
  facts: { client: "web", method: "password", owner: "01a210ad-6dc0-734f-a753-f800fe38f7e0" },
  changes: [{ field: "phone", title: "电话", was: "138****5678", now: "186****0021" }],
  sealed: 118,
  seal: { n: 118, digest: "d1", sealedAt: "2026-11-25T02:00:30Z" },
  hash: "h1",
  ...part,
});

export const apiKey = (part: Partial<ApiKey> = {}): ApiKey => ({
  id: "k1",
  version: 2,
  name: "数据看板",
  hint: "c269",
  employee: { id: "e1", displayName: "李婷" },
  permissions: ["customers.view"],
  networks: ["203.0.113.0/24"],
  createdAt: "2026-11-01T02:00:00Z",
  expiresAt: "2099-12-31T16:00:00Z",
  lastUsedAt: null,
  lastIp: "",
  place: "",
  revokedAt: null,
  allowedActions: allowed("revoke"),
  ...part,
});
