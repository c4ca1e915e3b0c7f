import type { Comparison, Condition, Expr, Formula, Literal, Path, RuleError, RuleField, Rules } from "./types";

// Each node keeps one key through all changes, so that a row that moves keeps its focus and half-typed text.
const keys = new WeakMap<object, string>();
let made = 0;
export function keyOf(node: object): string {
  const known = keys.get(node);
  if (known) return known;
  made += 1;
  const key = `n${made}`;
  keys.set(node, key);
  return key;
}
/** `to` stands in the place of `from`: it has the same key. */
function instead<T extends object>(from: object, to: T): T {
  keys.set(to, keyOf(from));
  return to;
}

type Inner = Record<string | number, unknown>;
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export function getAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => (isObject(node) ? (node as Inner)[step] : undefined), root);
}
/** `root` with another value at `path`; every node on the way is a copy that keeps its key. */
export function setAt<T extends object>(root: T, path: Path, value: unknown): T {
  const [step, ...rest] = path;
  if (step === undefined) return root;
  const was = (root as Inner)[step];
  const now = rest.length > 0 && isObject(was) ? setAt(was, rest, value) : value;
  if (rest.length === 0 && isObject(was) && isObject(now) && !Array.isArray(now)) instead(was, now);
  const copy = (Array.isArray(root) ? root.with(step as number, now) : { ...root, [step]: now }) as T;
  return Array.isArray(root) ? copy : instead(root, copy);
}

const listAt = (root: object, path: Path): object[] => (getAt(root, path) as object[] | undefined) ?? [];
export const insertAt = <T extends object>(root: T, list: Path, index: number, item: object): T => setAt(root, list, listAt(root, list).toSpliced(index, 0, item));
export const removeAt = <T extends object>(root: T, list: Path, index: number): T => setAt(root, list, listAt(root, list).toSpliced(index, 1));
export function moveAt<T extends object>(root: T, list: Path, from: number, to: number): T {
  const items = listAt(root, list);
  const item = items[from];
  if (!item || to < 0 || to >= items.length || from === to) return root;
  return setAt(root, list, items.toSpliced(from, 1).toSpliced(to, 0, item));
}

/** A condition's id that none of them has. */
export function freeId(conditions: readonly Condition[]): string {
  const taken = new Set(conditions.map(({ id }) => id));
  let number = conditions.length + 1;
  while (taken.has(`c${number}`)) number += 1;
  return `c${number}`;
}
export const newRow = (): Expr => ({ op: "ge", field: "", value: null });
export const newGroup = (op: "and" | "or", of: Expr[] = [newRow(), newRow()]): Expr => ({ op, of });
export const newCondition = (conditions: readonly Condition[], when: Expr): Condition => ({ id: freeId(conditions), severity: "hard", when });
/** A copy of its own: another key, and for a condition another id. */
export const copyOf = <T>(value: T): T => structuredClone(value);

/** Without its leading 非. Two of them are not taken off: such a rule is shown as text. */
export function bare(expr: Expr): { negated: boolean; inner: Expr } {
  return expr.op === "not" ? { negated: true, inner: expr.of } : { negated: false, inner: expr };
}
export type Shape = "group" | "field" | "compare" | "text";
const MAX_DEPTH = 3;
/** How an expression is edited at a depth of groups; what lies deeper is shown as text. */
export function shapeOf(expr: Expr, depth: number): Shape {
  if (expr.op === "and" || expr.op === "or") return depth < MAX_DEPTH ? "group" : "text";
  if (expr.op === "not") return "text";
  return "left" in expr ? "compare" : "field";
}
export const mayGroup = (depth: number): boolean => depth < MAX_DEPTH;

export type Operator = Comparison | "between" | "in" | "contains" | "known";
const numeric: Operator[] = ["ge", "le", "between", "gt", "lt", "eq", "ne", "known"];
const operators: Record<RuleField["kind"], Operator[]> = {
  money: numeric,
  number: numeric,
  ratio: numeric,
  bool: ["eq", "known"],
  choice: ["in", "eq", "ne", "known"],
  set: ["contains", "known"],
  city: ["in", "eq", "ne", "known"],
};
export const operatorsOf = (kind: RuleField["kind"] | undefined): Operator[] => operators[kind ?? "number"];
export const comparisons: Comparison[] = ["ge", "le", "gt", "lt", "eq", "ne"];

type FieldExpr = Extract<Expr, { field: string }>;
function literalsOf(expr: FieldExpr): Literal[] {
  if (expr.op === "between") return [expr.from, expr.to];
  if (expr.op === "in") return expr.values;
  return expr.op === "known" ? [] : [expr.value];
}
/** The same row under another operator, with as much of what was entered as fits. */
export function withOperator(expr: FieldExpr, op: Operator): FieldExpr {
  const { field } = expr;
  const [first = null, second = null] = literalsOf(expr);
  if (op === "known") return { op, field };
  if (op === "between") return { op, field, from: first, to: second };
  if (op === "in") return { op, field, values: literalsOf(expr).filter((value) => value !== null) };
  return { op, field, value: first };
}
/** The same row about another field; what was entered stays when both are of one kind and unit. */
export function withField(expr: Expr, was: RuleField | undefined, now: RuleField): FieldExpr {
  const ops = operatorsOf(now.kind);
  const op = "field" in expr && (ops as string[]).includes(expr.op) ? expr.op : (ops[0] ?? "eq");
  const kept = "field" in expr && was !== undefined && was.kind === now.kind && was.unit === now.unit && now.choices.length === 0;
  const start: FieldExpr = kept ? { ...expr, field: now.code } : { op: "eq", field: now.code, value: now.kind === "bool" ? true : null };
  return withOperator(start, op);
}

const formulaOpen = (formula: Formula): boolean => "text" in formula || ("of" in formula && formula.of.some(formulaOpen));
/** Rows and formulas that are not filled in yet: the pointers of them. */
export function openPlaces(rules: Rules): string[] {
  const open: string[] = [];
  const visit = (expr: Expr, pointer: string): void => {
    if (expr.op === "and" || expr.op === "or") {
      if (expr.of.length === 0) open.push(pointer);
      expr.of.forEach((part, index) => visit(part, `${pointer}/of/${index}`));
    } else if (expr.op === "not") visit(expr.of, `${pointer}/of`);
    else if ("left" in expr ? formulaOpen(expr.left) || formulaOpen(expr.right) : !expr.field || literalsOf(expr).includes(null) || (expr.op === "in" && expr.values.length === 0)) open.push(pointer);
  };
  rules.conditions.forEach((condition, index) => visit(condition.when, `/conditions/${index}/when`));
  for (const part of ["limit", "rate"] as const) if (rules[part] && formulaOpen(rules[part])) open.push(`/${part}`);
  return open;
}

export const pointerOf = (path: Path): string => path.map((step) => `/${step}`).join("");
/** Pointers of the server begin where the rules lay in what was sent; ours begin at the rules. */
const ownPointer = (pointer: string): string => pointer.replace(/^#/, "").replace(/^(?:\/body)?\/rules(?=\/|$)/, "");
export const ownErrors = (errors: readonly RuleError[]): RuleError[] => errors.map((error) => ({ ...error, pointer: ownPointer(error.pointer) }));
const within = (pointer: string, under: string): boolean => pointer === under || pointer.startsWith(`${under}/`);
/** The errors at a node or inside it, without those of `apart`, which are shown further in. */
export const errorsAt = (errors: readonly RuleError[], at: string, apart: readonly string[] = []): RuleError[] =>
  errors.filter(({ pointer }) => within(pointer, at) && !apart.some((inner) => within(pointer, inner)));
