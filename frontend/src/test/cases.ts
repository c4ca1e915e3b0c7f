import type { Board, Case, CaseReceipts, CaseRow, CaseTarget, MissingCondition, Pipeline, ReceiptRow, StageRef, Submission } from "@/api/types";
import { allowed, me } from "./rows";

const ago = (hours: number) => new Date(Date.now() - hours * 3600_000).toISOString();

export const stages = {
  signed: { id: "s1", code: "signed", name: "签约", kind: "contract", tone: "blue" },
  submitted: { id: "s2", code: "submitted", name: "进件", kind: "submission", tone: "navy" },
  approval: { id: "s3", code: "approval", name: "审批", kind: "approval", tone: "teal" },
  lost: { id: "s9", code: "lost", name: "流失", kind: "lost", tone: "grey" },
} as const satisfies Record<string, StageRef>;

/** Someone with all that cases and receipts allow. */
export const worker = {
  ...me,
  permissions: [
    ...me.permissions,
    ...["products.view", "pipeline.view", "pipeline.create", "pipeline.edit", "pipeline.move", "pipeline.submit", "pipeline.disburse", "pipeline.manage", "finance.view", "finance.record", "finance.reverse"].map((permission) => ({ permission, scope: "self" as const })),
  ],
};

export const caseRow = (part: Partial<CaseRow> = {}): CaseRow => ({
  id: "k1",
  version: 4,
  number: "D20261124001",
  customer: { id: "c1", name: { value: "王**", masked: true }, phone: { value: "186****0021", masked: true } },
  pipelineId: "p1",
  stage: stages.signed,
  stageSince: ago(73),
  stageDueAt: ago(-47),
  late: false,
  daysInStage: 3,
  slaHours: 120,
  product: { id: "pr1", name: "锦江经营贷", lenderName: "锦江银行" },
  productVersionId: "v1",
  productKind: "business",
  wantedFen: 50_000_000,
  wantedMonths: 36,
  approvedFen: null,
  feeRatePpm: 30_000,
  feeFixedFen: 0,
  feeAgreedAt: ago(70),
  disbursedFen: 0,
  dueFen: 0,
  receivedFen: 0,
  outstandingFen: 0,
  owner: { id: "e1", displayName: "李婷" },
  team: null,
  channel: null,
  city: { code: 510100, name: "成都" },
  activeAt: ago(2),
  createdAt: ago(100),
  closedAt: null,
  lostReason: null,
  allowedActions: allowed("edit", "move", "submit", "disburse"),
  ...part,
});

export const missing = (kind: string, message: string, part: Partial<MissingCondition> = {}): MissingCondition => ({ kind, code: `pipeline.missing-${kind}`, message, field: null, document: null, ...part });
export const target = (stage: StageRef, ...lacking: MissingCondition[]): CaseTarget => ({ stage, allowed: lacking.length === 0, missing: lacking });
const here = missing("move", "已在这个阶段");

export const caseOut = (part: Partial<Case> = {}): Case => ({
  ...caseRow(),
  participants: [],
  documents: [
    { name: "身份证", received: false, receivedAt: null },
    { name: "征信报告", received: true, receivedAt: ago(20) },
  ],
  submissions: [],
  disbursements: [],
  next: [target(stages.signed, here), target(stages.submitted, missing("document", "收取资料：身份证", { document: "身份证" })), target(stages.approval, missing("move", "流程不允许从“签约”到“审批”"), missing("submission", "向至少一个资方进件")), target(stages.lost)],
  ...part,
});

export const submission = (part: Partial<Submission> = {}): Submission => ({
  id: "sub1",
  version: 1,
  caseId: "k1",
  lender: { id: "l1", name: "锦江银行" },
  product: { id: "pr1", name: "锦江经营贷" },
  productVersionId: "v1",
  state: "submitted",
  amountFen: 50_000_000,
  months: 36,
  submittedAt: ago(20),
  dueAt: null,
  late: false,
  decidedAt: null,
  approvedFen: null,
  approvedMonths: null,
  approvedRatePpm: null,
  declinedReason: null,
  disbursedFen: 0,
  by: { id: "e1", displayName: "李婷" },
  ...part,
});

const column = (stage: StageRef, cards: CaseRow[], part: Partial<Board["columns"][number]> = {}): Board["columns"][number] => ({ stage, count: cards.length, amountFen: cards.reduce((sum, { wantedFen }) => sum + wantedFen, 0), late: 0, cards, nextCursor: null, ...part });
export const board = (part: Partial<Board> = {}): Board => ({
  pipelineId: "p1",
  columns: [
    column(stages.signed, [caseRow(), caseRow({ id: "k2", customer: { id: "c2", name: { value: "刘*", masked: true }, phone: null } })]),
    column(stages.submitted, []),
    column(stages.approval, [caseRow({ id: "k3", stage: stages.approval, customer: { id: "c3", name: { value: "陈**", masked: true }, phone: null } })], { count: 42, late: 4, nextCursor: "next" }),
    column(stages.lost, []),
  ],
  ...part,
});

export const receipts = (part: Partial<CaseReceipts> = {}): CaseReceipts => ({ dueFen: 1_500_000, receivedFen: 500_000, reversedFen: 0, outstandingFen: 1_000_000, items: [receiptRow()], ...part });
export const receiptRow = (part: Partial<ReceiptRow> = {}): ReceiptRow => ({
  id: "r1",
  amountFen: 500_000,
  method: "transfer",
  receivedOn: "2026-11-20",
  recordedAt: ago(30),
  by: { id: "e1", displayName: "李婷" },
  note: null,
  reversesId: null,
  reversed: false,
  case: { id: "k1", number: "D20261124001" },
  customer: { id: "c1", name: { value: "王**", masked: true }, phone: null },
  owner: { id: "e1", displayName: "李婷" },
  ...part,
});

const stage = (ref: StageRef, position: number, moves: string[]): Pipeline["stages"][number] => ({ ...ref, position, slaHours: 72, post: "sales", winBps: 4500, entry: [], moves });
export const pipeline = (part: Partial<Pipeline> = {}): Pipeline => ({
  id: "p1",
  version: 7,
  name: "标准流程",
  productKinds: [],
  isDefault: true,
  stages: [stage(stages.signed, 1, ["submitted", "lost"]), stage(stages.submitted, 2, ["approval", "lost"]), stage(stages.approval, 3, ["submitted", "lost"]), stage(stages.lost, 4, ["signed"])],
  ...part,
});
