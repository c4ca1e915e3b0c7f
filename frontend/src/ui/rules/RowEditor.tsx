import { Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ValueInput, ValuesInput } from "../ValueInput";
import { FormulaInput } from "./FormulaInput";
import { measure } from "./formula";
import { comparisons, operatorsOf, withField, withOperator, type Operator } from "./tree";
import type { Comparison, Expr, RuleError } from "./types";
import { useRules } from "./context";

const BY_FORMULA = "@formula";
type FieldRow = Extract<Expr, { field: string }>;
type CompareRow = Extract<Expr, { left: unknown }>;
interface RowProps<E> {
  expr: E;
  onChange: (expr: Expr) => void;
  /** The accessible name of the row: "第 2 条". */
  name: string;
  /** The server's errors at the row, with pointers from it on. */
  errors: readonly RuleError[];
}

/** The fields in their groups, and the comparison of two formulas. */
function FieldSelect({ value, name, onField, onFormula }: { value: string; name: string; onField: (code: string) => void; onFormula: () => void }) {
  const { t } = useTranslation("rules");
  const { fields, disabled } = useRules();
  const options = useMemo(() => {
    const all = [...fields.values()];
    const groups = [...new Set(all.map(({ group }) => group))].map((group) => ({
      label: t(`group.${group}`, { defaultValue: group }),
      title: group,
      options: all.filter((field) => field.group === group).map(({ code, title }) => ({ value: code, label: title })),
    }));
    return [...groups, { value: BY_FORMULA, label: t("row.byFormula") }];
  }, [fields, t]);
  return (
    <Select
      className="lb-rule-field"
      aria-label={t("row.field", { name })}
      disabled={disabled}
      placeholder={t("row.chooseField")}
      value={value || null}
      options={options}
      popupMatchSelectWidth={220}
      showSearch={{ optionFilterProp: "label" }}
      onChange={(code: string) => (code === BY_FORMULA ? onFormula() : onField(code))}
    />
  );
}

/** field · operator · value with its unit. */
export function FieldRowEditor({ expr, onChange, name }: RowProps<FieldRow>) {
  const { t } = useTranslation("rules");
  const { fields, places, disabled } = useRules();
  const field = fields.get(expr.field);
  const ops = operatorsOf(field?.kind);
  const shown = ops.includes(expr.op) ? ops : [...ops, expr.op];
  const value = (place: string) => t("row.value", { name, place });
  const shared = { places, disabled };
  return (
    <>
      <FieldSelect
        value={expr.field}
        name={name}
        onField={(code) => {
          const now = fields.get(code);
          if (now) onChange(withField(expr, field, now));
        }}
        onFormula={() => onChange({ op: "le", left: expr.field ? { field: expr.field } : { text: "" }, right: { text: "" } })}
      />
      <Select className="lb-rule-op" aria-label={t("row.operator", { name })} disabled={disabled || !field} value={expr.op} options={shown.map((op) => ({ value: op, label: t(`op.${op}`) }))} popupMatchSelectWidth={false} onChange={(op: Operator) => onChange(withOperator(expr, op))} />
      <span className="lb-rule-value">
        {!field || expr.op === "known" ? null : expr.op === "between" ? (
          <>
            <ValueInput key={`${field.code}.from`} {...shared} field={field} value={expr.from} label={value(t("row.from"))} onChange={(from) => onChange({ ...expr, from })} />
            <span className="lb-muted" aria-hidden>
              –
            </span>
            <ValueInput key={`${field.code}.to`} {...shared} field={field} value={expr.to} label={value(t("row.to"))} onChange={(to) => onChange({ ...expr, to })} />
          </>
        ) : expr.op === "in" ? (
          <ValuesInput key={field.code} {...shared} field={field} values={expr.values} label={value("")} onChange={(values) => onChange({ ...expr, values })} />
        ) : (
          <ValueInput key={field.code} {...shared} field={field} value={expr.value} label={value("")} onChange={(next) => onChange({ ...expr, value: next })} />
        )}
      </span>
    </>
  );
}

/** formula · operator · formula. */
export function CompareRowEditor({ expr, onChange, name, errors }: RowProps<CompareRow>) {
  const { t } = useTranslation("rules");
  const { fields, disabled } = useRules();
  const wanted = measure(expr.left, fields) ?? measure(expr.right, fields);
  const side = (part: "left" | "right") => (
    <FormulaInput
      formula={expr[part]}
      fields={fields}
      wanted={wanted}
      disabled={disabled}
      label={t(`row.${part}`, { name })}
      placeholder={t(`row.${part}Hint`)}
      errors={errors.filter(({ pointer }) => pointer.startsWith(`/${part}`)).map((error) => ({ ...error, pointer: error.pointer.slice(part.length + 1) }))}
      onChange={(formula) => onChange({ ...expr, [part]: formula ?? { text: "" } })}
    />
  );
  return (
    <span className="lb-rule-compare">
      {side("left")}
      <Select className="lb-rule-op" aria-label={t("row.operator", { name })} disabled={disabled} value={expr.op} options={comparisons.map((op) => ({ value: op, label: t(`op.${op}`) }))} popupMatchSelectWidth={false} onChange={(op: Comparison) => onChange({ ...expr, op })} />
      {side("right")}
    </span>
  );
}
