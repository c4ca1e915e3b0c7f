import type { Action, Channel, Customer, CustomerRow, InboxEntry, Me, Task, Today, Todo } from "@/api/types";

export const allowed = (...actions: string[]): Action[] => actions.map((action) => ({ action, allowed: true, reason: null }));
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export const me: Me = {
  employee: { id: "e1", username: "sales1", displayName: "李婷", employeeNo: "XD10023", onDuty: true, version: 1 },
  tenant: { id: "t1", code: "demo", name: "成都信达助贷" },
  orgUnit: { id: "u1", name: "抵押一组", kind: "team" },
  roles: [{ id: "r1", code: "sales", name: "业务员" }],
  permissions: ["customers.create", "customers.assign", "access.employees.view", "channels.manage", "channels.view"].map((permission) => ({ permission, scope: "self" as const })),
  fields: [],
  menus: [
    { key: "today", path: "/today", group: "home" },
    { key: "customers", path: "/customers", group: "customers" },
  ],
  idleSeconds: 0,
  closesAt: null,
  stepUp: null,
  preview: false,
  serverTime: ago(0),
};

export const customerRow = (part: Partial<CustomerRow> = {}): CustomerRow => ({
  id: "c1",
  version: 3,
  kind: "person",
  name: { value: "王**", masked: true },
  phone: { value: "186****0021", masked: true },
  intent: "B",
  stage: "appointment",
  stars: null,
  contactState: "new",
  unreachableCount: 0,
  completenessBps: 0,
  wantedAmount: { fromFen: 50_000_000, toFen: 50_000_000 },
  city: { code: 500100, name: "重庆" },
  channel: { id: "ch1", name: "腾讯广告" },
  owner: { id: "e1", displayName: "李婷" },
  team: null,
  createdAt: ago(300),
  activeAt: ago(120),
  lastFollowUp: { at: ago(120), outcome: "interested" },
  nextActionAt: null,
  firstContactDueAt: null,
  allowedActions: allowed("follow_up", "reveal", "edit", "assign"),
  ...part,
});

export const customer = (part: Partial<Customer> = {}): Customer => ({
  ...customerRow(),
  phones: [{ id: "p1", phone: { value: "186****0021", masked: true }, kind: "plain", primary: true, region: "重庆", carrier: "移动" }],
  idNumber: { value: "510***********1234", masked: true },
  sex: "female",
  birthYear: 1991,
  source: null,
  note: null,
  leadCount: 1,
  ownership: { ownedSince: null, reasonKind: null, explanation: null },
  ...part,
});

export const today = (part: Partial<Today> = {}): Today => ({
  counts: { new: 1, late: 0, due: 0, unreached: 0 },
  items: [{ kind: "new", dueAt: new Date(Date.now() + 130_000).toISOString(), reason: "新线索 巨量引擎", customer: customerRow() }],
  figures: { followUpsToday: 31, connectedToday: 19, newToday: 3, visitsMonth: 1, followUpsMonth: 310, followUpsByDay: [] },
  scope: "self",
  teamRows: [],
  ...part,
});

export const channel = (part: Partial<Channel> = {}): Channel => ({
  id: "ch1",
  version: 2,
  key: "ck_9f",
  name: "官网表单",
  kind: "generic",
  state: "active",
  webhookUrl: "http://localhost:8000/webhooks/ck_9f",
  team: null,
  createdAt: ago(9000),
  stats: { today: 4, todayValid: 3, todayDuplicate: 1, todayDead: 0, deadTotal: 0, lastReceivedAt: null },
  health: "ok",
  secretHint: "3f9a",
  allowedActions: allowed("edit", "rotate_secret", "test_lead"),
  ...part,
});

export const deadEntry = (part: Partial<InboxEntry> = {}): InboxEntry => ({
  id: "i1",
  version: 1,
  channel: { id: "ch1", name: "官网表单" },
  receivedAt: ago(5),
  processedAt: ago(5),
  state: "dead",
  deliveries: 1,
  attempts: 1,
  reason: { code: "channels.phone-invalid", message: "手机号只有 10 位" },
  preview: { name: { value: "张*", masked: true }, phone: { value: "138****567", masked: true }, city: null, wantedAmount: null },
  customerId: null,
  allowedActions: allowed("replay", "ignore"),
  fields: [
    { name: "name", value: "张*", error: null },
    { name: "phone", value: "138****567", error: { code: "channels.phone-invalid", message: "应为 11 位" } },
  ],
  explanation: null,
  ...part,
});

export const todo = (part: Partial<Todo> = {}): Todo => ({
  id: "d1",
  kind: "customers.next_action",
  title: "下次跟进",
  subject: { type: "customer", id: "c1", label: "王**" },
  dueAt: ago(-10),
  doneAt: null,
  late: false,
  version: 1,
  allowedActions: part.doneAt ? [] : allowed("complete", "reschedule"),
  ...part,
});

export const task = (part: Partial<Task> = {}): Task => ({
  id: "k1",
  kind: "channels.replay",
  title: "重放收件箱",
  state: "running",
  done: 30,
  total: 120,
  failed: 2,
  createdAt: ago(1),
  startedAt: ago(1),
  finishedAt: null,
  createdBy: "e1",
  result: null,
  error: null,
  version: 1,
  allowedActions: allowed("cancel"),
  ...part,
});
