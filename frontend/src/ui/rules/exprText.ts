import type { TFunction } from "i18next";
import type { Translate } from "../format";
import { factText } from "../qualification";
import { formulaText, measure } from "./formula";
import type { Expr, Fields, Literal, Place, RuleField } from "./types";

export interface Words {
  t: TFunction<"rules">;
  english: boolean;
  fields: Fields;
  places: readonly Place[];
}
const NOTHING = "…";

/** A literal with its unit, as a reader wants it: 50万, 12 个月, 70.0%, 成都. */
export function literalWords(value: Literal, field: RuleField | undefined, { t, english, places }: Words): string {
  if (value === null) return NOTHING;
  return field ? factText(field, value, places, english, t as unknown as Translate) : String(value);
}

/** An expression in words, for what is shown and not edited. */
export function exprWords(expr: Expr, words: Words): string {
  const { t, english, fields } = words;
  if (expr.op === "not") return t("rules:words.not", { inner: exprWords(expr.of, words) });
  if (expr.op === "and" || expr.op === "or") {
    const parts = expr.of.map((part) => (part.op === "and" || part.op === "or" ? `(${exprWords(part, words)})` : exprWords(part, words)));
    return parts.join(t(`rules:words.${expr.op}`));
  }
  const operator = t(`rules:op.${expr.op}`);
  if ("left" in expr) {
    const wanted = measure(expr.left, fields) ?? measure(expr.right, fields);
    return `${formulaText(expr.left, fields, wanted, english)} ${operator} ${formulaText(expr.right, fields, wanted, english)}`;
  }
  const field = fields.get(expr.field);
  const title = field?.title ?? expr.field;
  const one = (value: Literal) => literalWords(value, field, words);
  if (expr.op === "known") return t("rules:words.known", { field: title });
  if (expr.op === "between") return t("rules:words.between", { field: title, from: one(expr.from), to: one(expr.to) });
  const value = expr.op === "in" ? expr.values.map(one).join(t("rules:words.comma")) : one(expr.value);
  return `${title} ${operator} ${value}`;
}
