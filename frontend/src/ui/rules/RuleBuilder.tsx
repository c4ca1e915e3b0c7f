import { Button, Input, InputNumber, Select } from "antd";
import { memo, useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { PlusOutlined } from "@/ui/icons";
import { count } from "../format";
import type { QualificationField as RuleField } from "../qualification";
import { SortableList } from "../SortableList";
import { RulesContext, useRules } from "./context";
import { ExprEditor, RowErrors } from "./ExprEditor";
import { FormulaInput } from "./FormulaInput";
import { copyOf, errorsAt, freeId, insertAt, moveAt, newCondition, newGroup, newRow, openPlaces, ownErrors, removeAt, setAt } from "./tree";
import { fieldMap, type Condition, type Place, type RuleError, type Rules, type Severity } from "./types";
import "./rules.css";

export interface Passes {
  yes: number;
  unknown: number;
}
interface RuleBuilderProps {
  rules: Rules;
  onChange: (rules: Rules) => void;
  fields: readonly RuleField[];
  places: readonly Place[];
  /** Errors of the server, at their pointers. */
  errors: readonly RuleError[];
  /** The whole rule in words. */
  sentence?: string | undefined;
  /** How many of the viewer's customers pass now; null while it is not known. */
  passes?: Passes | null | undefined;
  checking?: boolean;
  /** Says which rows are not filled in. */
  showOpen?: boolean;
  disabled?: boolean;
  /** Stands beside the counts: a way to the customers, a try-out. */
  aside?: ReactNode;
  /** Stays in sight below what the rule means: the way to save. */
  foot?: ReactNode;
}
type Apply = (step: (rules: Rules) => Rules) => void;
const severities: Severity[] = ["hard", "soft", "need"];
const CONDITIONS = ["conditions"] as const;
const POINTS = 10;

/** The editor of a product's rules: conditions with nested groups, the two formulas, and what all of it means, read aloud. */
export function RuleBuilder({ rules, onChange, fields, places, errors, sentence, passes, checking = false, showOpen = false, disabled = false, aside, foot }: RuleBuilderProps) {
  const { t } = useTranslation(["rules", "ui"]);
  const own = useMemo(() => ownErrors(errors), [errors]);
  const byCode = useMemo(() => fieldMap(fields), [fields]);
  const openNow = useMemo(() => openPlaces(rules), [rules]);
  // Rows are drawn again only when they change themselves: what they share keeps its identity, and changes go by one function.
  const openText = showOpen ? openNow.join(" ") : "";
  const setting = useMemo(() => ({ fields: byCode, places, errors: own, open: new Set(openText.split(" ")), disabled }), [byCode, places, own, openText, disabled]);
  const latest = useRef({ rules, onChange });
  useEffect(() => {
    latest.current = { rules, onChange };
  });
  const apply = useCallback<Apply>((step) => latest.current.onChange(step(latest.current.rules)), []);
  const { conditions } = rules;
  const add = (condition: Condition) => onChange(insertAt(rules, CONDITIONS, conditions.length, condition));
  const formula = (part: "limit" | "rate") => (
    <div className="lb-rule-formula">
      <span className="lb-rule-formula-name">{t(`formula.${part}`)}</span>
      <FormulaInput
        formula={rules[part]}
        fields={byCode}
        wanted={part === "limit" ? "money" : "ppm"}
        label={t(`formula.${part}`)}
        placeholder={t(`formula.${part}Hint`)}
        disabled={disabled}
        errors={errorsAt(own, `/${part}`).map((error) => ({ ...error, pointer: error.pointer.slice(part.length + 1) }))}
        onChange={(next) => onChange({ ...rules, [part]: next })}
      />
    </div>
  );
  const placed = own.filter(({ pointer }) => /^\/(conditions\/\d+|limit|rate)(\/|$)/.test(pointer));
  const unplaced = own.filter((error) => !placed.includes(error));
  return (
    <RulesContext value={setting}>
      <div className="lb-rules">
        <SortableList
          items={conditions}
          keyOf={({ id }) => id}
          disabled={disabled}
          handleLabel={(_condition, index) => t("row.move", { name: t("row.name", { number: index + 1 }) })}
          onMove={(from, to) => onChange(moveAt(rules, CONDITIONS, from, to))}
        >
          {(condition, index) => <ConditionEditor condition={condition} index={index} count={conditions.length} apply={apply} />}
        </SortableList>
        {conditions.length === 0 && <p className="lb-muted">{t("builder.empty")}</p>}
        {!disabled && (
          <div className="lb-row">
            <Button icon={<PlusOutlined />} onClick={() => add(newCondition(conditions, newRow()))}>
              {t("action.addRow")}
            </Button>
            <Button icon={<PlusOutlined />} onClick={() => add(newCondition(conditions, newGroup("or")))}>
              {t("action.addGroup")}
            </Button>
          </div>
        )}
        {formula("limit")}
        {formula("rate")}
        <RowErrors messages={unplaced.map(({ message }) => message)} />
        <Reading sentence={sentence} passes={passes} checking={checking} open={openNow.length} wrong={own.length} aside={aside} foot={foot} />
      </div>
    </RulesContext>
  );
}

const ConditionEditor = memo(function ConditionEditor({ condition, index, count, apply }: { condition: Condition; index: number; count: number; apply: Apply }) {
  const { t } = useTranslation("rules");
  const name = t("row.name", { number: index + 1 });
  const change = (next: Condition) => apply((rules) => setAt(rules, ["conditions", index], next));
  const setSeverity = (severity: Severity) => {
    const { points, ...rest } = condition;
    change(severity === "soft" ? { ...rest, severity, points: points ?? POINTS } : { ...rest, severity });
  };
  const { label, ...unlabelled } = condition;
  return (
    <ConditionFrame condition={condition} index={index} onLabel={(text) => change({ ...unlabelled, label: text })}>
      {(disabled) => (
        <ExprEditor
          expr={condition.when}
          path={["conditions", index, "when"]}
          depth={0}
          name={name}
          onChange={(when) => apply((rules) => setAt(rules, ["conditions", index, "when"], when))}
          place={{
            index,
            count,
            onMove: (to) => apply((rules) => moveAt(rules, CONDITIONS, index, to)),
            onRemove: () => apply((rules) => removeAt(rules, CONDITIONS, index)),
            onCopy: () => apply((rules) => insertAt(rules, CONDITIONS, index + 1, { ...copyOf(condition), id: freeId(rules.conditions) })),
          }}
          more={[{ key: "label", label: t(label === undefined ? "action.label" : "action.unlabel"), onClick: () => change(label === undefined ? { ...condition, label: "" } : unlabelled) }]}
          extra={
            <>
              {condition.severity === "soft" && (
                <InputNumber
                  className="lb-rule-points"
                  aria-label={t("row.points", { name })}
                  disabled={disabled}
                  controls={false}
                  precision={0}
                  value={condition.points ?? null}
                  prefix={<span className="lb-muted lb-meta">{t("row.minus")}</span>}
                  suffix={<span className="lb-muted lb-meta">{t("row.pointsUnit")}</span>}
                  onChange={(points) => change({ ...condition, points: points ?? 0 })}
                />
              )}
              <Select className="lb-rule-severity" aria-label={t("row.severity", { name })} disabled={disabled} value={condition.severity} options={severities.map((value) => ({ value, label: t(`severity.${value}`), title: t(`severityHint.${value}`) }))} onChange={setSeverity} />
            </>
          }
        />
      )}
    </ConditionFrame>
  );
});

/** The card of a condition: its own words above, the errors that belong to none of its rows below. */
function ConditionFrame({ condition, index, onLabel, children }: { condition: Condition; index: number; onLabel: (text: string) => void; children: (disabled: boolean) => ReactNode }) {
  const { t } = useTranslation("rules");
  const { errors, disabled } = useRules();
  const pointer = `/conditions/${index}`;
  const own = errorsAt(errors, pointer, [`${pointer}/when`]);
  return (
    <div className="lb-rule-condition">
      {condition.label !== undefined && <Input className="lb-rule-label" variant="filled" maxLength={60} disabled={disabled} value={condition.label} aria-label={t("row.label", { name: t("row.name", { number: index + 1 }) })} placeholder={t("row.labelHint")} onChange={(event) => onLabel(event.target.value)} />}
      {children(disabled)}
      <RowErrors messages={own.map(({ message }) => message)} />
    </div>
  );
}

/** 读作: the rule in words, and whom it lets pass. */
function Reading({ sentence, passes, checking, open, wrong, aside, foot }: { sentence: string | undefined; passes: Passes | null | undefined; checking: boolean; open: number; wrong: number; aside: ReactNode; foot: ReactNode }) {
  const { t } = useTranslation("rules");
  const state = open > 0 ? t("builder.open", { total: open }) : wrong > 0 ? t("builder.wrong", { total: wrong }) : checking ? t("builder.checking") : sentence === undefined ? "" : t("builder.right");
  return (
    <div className="lb-rule-reading">
      <p aria-live="polite">
        <span className="lb-muted">{t("builder.readsAs")}</span>
        {sentence ?? t("builder.noSentence")}
      </p>
      <div className="lb-row lb-row-wrap">
        {passes && <strong>{t("builder.passes", { yes: count(passes.yes), possible: count(passes.unknown) })}</strong>}
        <span className={`lb-meta ${open > 0 ? "lb-warning" : wrong > 0 ? "lb-danger" : "lb-muted"}`}>{state}</span>
        {aside}
      </div>
      {foot}
    </div>
  );
}
