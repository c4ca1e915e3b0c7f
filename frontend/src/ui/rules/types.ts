import type { QualificationField } from "../qualification";

/** What a rule may ask about; the catalogue comes from whoever uses the builder. */
export type RuleField = QualificationField;
export interface Place {
  code: number;
  name: string;
  province: string;
}

/** null: not filled in yet. */
export type Literal = number | string | boolean | null;
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export type FormulaOp = "add" | "mul" | "min" | "max" | "sub" | "div";
/** `text` holds what was typed while it cannot be read yet, so that nothing typed is lost. */
export type Formula = { value: number | string } | { field: string } | { op: FormulaOp; of: Formula[] } | { text: string };
export type Expr =
  | { op: "and"; of: Expr[] }
  | { op: "or"; of: Expr[] }
  | { op: "not"; of: Expr }
  | { op: Comparison; field: string; value: Literal }
  | { op: Comparison; left: Formula; right: Formula }
  | { op: "between"; field: string; from: Literal; to: Literal }
  | { op: "in"; field: string; values: Literal[] }
  | { op: "contains"; field: string; value: Literal }
  | { op: "known"; field: string };
export type Severity = "hard" | "soft" | "need";
export interface Condition {
  id: string;
  severity: Severity;
  when: Expr;
  points?: number;
  label?: string;
}
export interface Rules {
  conditions: Condition[];
  limit: Formula | null;
  rate: Formula | null;
}

/** A refusal of the server; `pointer` is a JSON pointer into the rules, however deep they lay in what was sent. */
export interface RuleError {
  pointer: string;
  code: string;
  message: string;
}
export type Path = readonly (string | number)[];
export type Fields = ReadonlyMap<string, RuleField>;
export const fieldMap = (fields: readonly RuleField[]): Fields => new Map(fields.map((field) => [field.code, field]));
