import { literal, moneyText, shift } from "./decimal";
import type { Fields, Formula, FormulaOp } from "./types";

/** What a part of a formula measures; literals carry no measure of their own and take that of their place. */
export type Measure = "money" | "number" | "ratio" | "ppm";
export interface Span {
  from: number;
  to: number;
}
export interface FormulaError extends Span {
  code: "unknown" | "operand" | "unexpected" | "close" | "grouping" | "functionOpen";
  text: string;
}
export type Read = { formula: Formula; spans: ReadonlyMap<string, Span>; error: null } | { formula: null; spans: null; error: FormulaError };

type Unit = "plain" | "money" | "percent";
type Node = Span & ({ kind: "literal"; digits: string; unit: Unit } | { kind: "field"; code: string } | { kind: "op"; op: FormulaOp; of: Node[]; closed: boolean });

const SYMBOL: Partial<Record<FormulaOp, string>> = { add: "+", sub: "−", mul: "×", div: "÷" };
const functions: Record<string, FormulaOp> = { min: "min", max: "max", add: "add", mul: "mul", sub: "sub", div: "div", 取小: "min", 取大: "max" };
const MONEY_PLACES: Record<string, number> = { 元: 2, 万: 6, 万元: 6, w: 6, 亿: 10, 亿元: 10 };

// Which measure the parts of an operation have, from those that are known and the one wanted of the whole. A rate is a number of ppm.
function measuresOf(op: FormulaOp, known: (Measure | null)[], wanted: Measure | null): (Measure | null)[] {
  const first = known.find((measure) => measure !== null) ?? null;
  const whole = wanted === "ppm" && (first === null || first === "number") ? "ppm" : null;
  if (op === "mul") {
    const bearer = known.includes("money") || wanted === "number" ? -1 : known.indexOf(null);
    return known.map((measure, index) => measure ?? (index === bearer && wanted !== null ? wanted : "number"));
  }
  if (op === "div") return [whole ?? known[0] ?? (known[1] === "money" ? "money" : wanted), known[1] ?? "number"];
  return known.map((measure) => whole ?? measure ?? first ?? wanted);
}
function measureOf(op: FormulaOp, known: (Measure | null)[]): Measure | null {
  if (op === "mul") return known.includes("money") ? "money" : known.every((measure) => measure === null) ? null : "number";
  if (op === "div") return known[0] === "money" ? (known[1] === "money" ? "number" : "money") : known[0] === null && known[1] === null ? null : "number";
  return known.find((measure) => measure !== null) ?? null;
}
function measureOfField(code: string, fields: Fields): Measure {
  const kind = fields.get(code)?.kind;
  return kind === "money" || kind === "ratio" ? kind : "number";
}
/** What a formula measures by its fields; null where only literals stand in it. */
export function measure(formula: Formula, fields: Fields): Measure | null {
  if ("field" in formula) return measureOfField(formula.field, fields);
  if (!("op" in formula)) return null;
  return measureOf(
    formula.op,
    formula.of.map((part) => measure(part, fields)),
  );
}

const level = (op: FormulaOp): number => (op === "add" || op === "sub" ? 1 : op === "mul" || op === "div" ? 2 : 3);

/** A formula as people write it: `min(50万, 公积金个人月缴 × 12 × 10)`. Read again it is the same formula. */
export function formulaText(formula: Formula | null, fields: Fields, wanted: Measure | null, english: boolean): string {
  if (formula === null) return "";
  if ("text" in formula) return formula.text;
  if ("field" in formula) return fields.get(formula.field)?.title ?? formula.field;
  if ("value" in formula) return literalText(String(formula.value), wanted, english);
  const { op, of } = formula;
  const wantedOf = measuresOf(
    op,
    of.map((part) => measure(part, fields)),
    wanted,
  );
  const texts = of.map((part, index) => formulaText(part, fields, wantedOf[index] ?? null, english));
  const symbol = SYMBOL[op];
  if (!symbol || of.length < 2) return `${op}(${texts.join(", ")})`;
  return texts.map((text, index) => (isWrapped(op, of[index], index) ? `(${text})` : text)).join(` ${symbol} `);
}
// Parentheses where reading from left to right would make another formula.
function isWrapped(op: FormulaOp, part: Formula | undefined, index: number): boolean {
  if (!part || !("op" in part) || !SYMBOL[part.op] || part.of.length < 2) return false;
  if (level(part.op) !== level(op)) return level(part.op) < level(op);
  return index > 0 || (part.op === op && (op === "add" || op === "mul"));
}
function literalText(value: string, wanted: Measure | null, english: boolean): string {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return value;
  if (wanted === "money") return moneyText(value, english);
  if (wanted === "ratio") return `${shift(value, -2)}%`;
  if (wanted === "ppm") return `${shift(value, -4)}%`;
  return value;
}
function literalValue(digits: string, unit: Unit, wanted: Measure | null): number | string {
  if (unit === "money") return literal(digits);
  if (unit === "plain") return literal(wanted === "money" ? shift(digits, 2) : digits);
  return literal(shift(digits, wanted === "ppm" ? 4 : wanted === "ratio" ? 2 : -2));
}

interface Token extends Span {
  kind: "number" | "name" | "function" | "symbol" | "unknown" | "grouping";
  text: string;
  digits?: string;
  unit?: Unit;
  code?: string;
  op?: FormulaOp;
}
const symbols: Record<string, string> = { "＋": "+", "－": "−", "-": "−", "*": "×", "／": "÷", "/": "÷", "（": "(", "）": ")", "，": ",", "、": "," };
const NUMBER = /^([¥￥]?)(\d+(?:\.\d+)?)\s*(亿元|万元|亿|万|元|w(?!\w)|%|％)?/i;

function nameTable(fields: Fields): [string, string][] {
  return [...fields.values()]
    .flatMap(({ code, title }): [string, string][] => [
      [title.toLowerCase(), code],
      [code.toLowerCase(), code],
    ])
    .toSorted((a, b) => b[0].length - a[0].length);
}
function tokensOf(text: string, fields: Fields): Token[] {
  const names = nameTable(fields);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at, names);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}
function tokenAt(text: string, at: number, names: [string, string][]): Token {
  const rest = text.slice(at);
  const make = (kind: Token["kind"], length: number, more: Partial<Token> = {}): Token => ({ kind, from: at, to: at + length, text: rest.slice(0, length), ...more });
  const number = NUMBER.exec(rest);
  if (number) {
    const grouped = /^\d{1,3}(?:[,，]\d{3})+(?!\d)/.exec(rest);
    if (grouped) return make("grouping", grouped[0].length);
    const [whole, sign, digits = "0", suffix = ""] = number;
    const places = MONEY_PLACES[suffix.toLowerCase()] ?? (sign ? 2 : null);
    if (places !== null) return make("number", whole.length, { digits: shift(digits, places), unit: "money" });
    return make("number", suffix ? whole.length : whole.trimEnd().length, { digits: shift(digits, 0), unit: suffix ? "percent" : "plain" });
  }
  const symbol = symbols[rest[0] ?? ""] ?? rest[0] ?? "";
  if (/[-+−×÷(),]/.test(symbol)) return { ...make("symbol", 1), text: symbol };
  const fn = /^[\p{L}]+(?=\s*[(（])/u.exec(rest)?.[0];
  if (fn && functions[fn.toLowerCase()]) return make("function", fn.length, { op: functions[fn.toLowerCase()] });
  const lower = rest.toLowerCase();
  const found = names.find(([name]) => lower.startsWith(name) && !(/\w$/.test(name) && /^\w/.test(lower.slice(name.length))));
  if (found) return make("name", found[0].length, { code: found[1] });
  return make("unknown", /^[\p{L}\p{N}_]+/u.exec(rest)?.[0].length ?? 1);
}

class Refused extends Error {
  constructor(readonly error: FormulaError) {
    super(error.code);
  }
}

/** Reads a formula; an error says at which token. `wanted` gives literals their unit: a bare 500000 where money is wanted is yuan. */
export function readFormula(text: string, fields: Fields, wanted: Measure | null): Read {
  const tokens = tokensOf(text, fields);
  let at = 0;
  const end: Token = { kind: "symbol", from: text.length, to: text.length, text: "" };
  const peek = () => tokens[at] ?? end;
  const refuse = (code: FormulaError["code"], token: Token): never => {
    const kind = token.kind === "unknown" ? "unknown" : token.kind === "grouping" ? "grouping" : code;
    throw new Refused({ code: kind, from: token.from, to: token.to, text: token.text });
  };
  const isSymbol = (...wantedSymbols: string[]) => peek().kind === "symbol" && wantedSymbols.includes(peek().text);

  const chain = (symbolsOf: [string, FormulaOp][], part: () => Node): Node => {
    let node = part();
    while (isSymbol(...symbolsOf.map(([symbol]) => symbol))) {
      const op = symbolsOf.find(([symbol]) => symbol === peek().text)?.[1] ?? "add";
      at += 1;
      const right = part();
      const joins = node.kind === "op" && node.op === op && !node.closed && (op === "add" || op === "mul");
      node = joins && node.kind === "op" ? { ...node, of: [...node.of, right], to: right.to } : { kind: "op", op, of: [node, right], closed: false, from: node.from, to: right.to };
    }
    return node;
  };
  const sum = (): Node => chain([["+", "add"], ["−", "sub"]], product);
  const product = (): Node => chain([["×", "mul"], ["÷", "div"]], operand);
  const operand = (): Node => {
    const token = peek();
    at += 1;
    if (token.kind === "number") return { kind: "literal", digits: token.digits ?? "0", unit: token.unit ?? "plain", from: token.from, to: token.to };
    if (token.kind === "name") return { kind: "field", code: token.code ?? "", from: token.from, to: token.to };
    if (token.kind === "function") return call(token);
    if (token.kind === "symbol" && token.text === "−" && peek().kind === "number") {
      const inner = operand();
      return inner.kind === "literal" ? { ...inner, digits: `-${inner.digits}`, from: token.from } : inner;
    }
    if (token.kind === "symbol" && token.text === "(") {
      const inner = sum();
      close();
      return inner.kind === "op" ? { ...inner, closed: true } : inner;
    }
    return refuse("operand", token);
  };
  const close = () => {
    if (!isSymbol(")")) refuse("close", peek());
    at += 1;
  };
  const call = (name: Token): Node => {
    at += 1;
    const of = [sum()];
    while (isSymbol(",")) {
      at += 1;
      of.push(sum());
    }
    const { to } = peek();
    close();
    return { kind: "op", op: name.op ?? "min", of, closed: true, from: name.from, to };
  };

  try {
    const node = sum();
    if (at < tokens.length) refuse("unexpected", peek());
    const spans = new Map<string, Span>();
    return { formula: resolve(node, wanted, fields, "", spans), spans, error: null };
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    return { formula: null, spans: null, error: cause.error };
  }
}

function nodeMeasure(node: Node, fields: Fields): Measure | null {
  if (node.kind === "field") return measureOfField(node.code, fields);
  if (node.kind === "literal") return node.unit === "money" ? "money" : null;
  return measureOf(
    node.op,
    node.of.map((part) => nodeMeasure(part, fields)),
  );
}
function resolve(node: Node, wanted: Measure | null, fields: Fields, pointer: string, spans: Map<string, Span>): Formula {
  spans.set(pointer, { from: node.from, to: node.to });
  if (node.kind === "field") return { field: node.code };
  if (node.kind === "literal") return { value: literalValue(node.digits, node.unit, wanted) };
  const wantedOf = measuresOf(
    node.op,
    node.of.map((part) => nodeMeasure(part, fields)),
    wanted,
  );
  return { op: node.op, of: node.of.map((part, index) => resolve(part, wantedOf[index] ?? null, fields, `${pointer}/of/${index}`, spans)) };
}
