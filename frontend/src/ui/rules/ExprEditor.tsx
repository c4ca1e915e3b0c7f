import { Button, Dropdown, Segmented, type MenuProps } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { MoreOutlined, PlusOutlined } from "@/ui/icons";
import { SortableList, SortHandle } from "../SortableList";
import { useRules } from "./context";
import { exprWords } from "./exprText";
import { CompareRowEditor, FieldRowEditor } from "./RowEditor";
import { bare, copyOf, errorsAt, insertAt, keyOf, mayGroup, moveAt, newGroup, newRow, pointerOf, removeAt, setAt, shapeOf } from "./tree";
import type { Expr, Path } from "./types";

export interface ListPlace {
  index: number;
  count: number;
  onMove: (to: number) => void;
  onRemove: () => void;
  onCopy: () => void;
}
interface ExprEditorProps {
  expr: Expr;
  /** Where it stands in the rules. */
  path: Path;
  /** How many groups stand around it. */
  depth: number;
  name: string;
  onChange: (expr: Expr) => void;
  place: ListPlace;
  /** Stands at the end of the row's head: severity and points of a condition. */
  extra?: ReactNode;
  more?: NonNullable<MenuProps["items"]>;
}

/** One row or group of a rule, with its menu and the errors that belong to it. */
export function ExprEditor(props: ExprEditorProps) {
  const { expr, path, depth, name, onChange, place, extra } = props;
  const { t, i18n } = useTranslation("rules");
  const { fields, places, errors, open } = useRules();
  const { negated, inner } = bare(expr);
  const shape = shapeOf(inner, depth);
  const pointer = pointerOf(path);
  const innerPath = negated ? [...path, "of"] : path;
  const change = (next: Expr) => onChange(negated ? { op: "not", of: next } : next);
  const innerPointer = pointerOf(innerPath);
  const parts = shape === "group" && "of" in inner && Array.isArray(inner.of) ? inner.of.map((_part, index) => `${innerPointer}/of/${index}`) : [];
  const told = errorsAt(errors, pointer, parts);
  const own = told.map((error) => ({ ...error, pointer: error.pointer.slice(innerPointer.length) }));
  // A formula shows its errors itself, at the word.
  const below = shape === "compare" ? own.filter((error) => !/^\/(left|right)/.test(error.pointer)) : own;
  const group = shape === "group" && (inner.op === "and" || inner.op === "or") ? inner : null;

  return (
    <div className={group ? "lb-rule-group" : "lb-rule-leaf"} data-error={told.length > 0} data-open={open.has(innerPointer)} role="group" aria-label={name}>
      <div className="lb-rule-row">
        <SortHandle />
        {negated && <span className="lb-rule-not">{t("row.not")}</span>}
        {group ? (
          <Segmented
            aria-label={t("group.op", { name })}
            value={group.op}
            options={(["and", "or"] as const).map((op) => ({ value: op, label: t(`group.${op}`) }))}
            onChange={(op) => change({ ...group, op })}
          />
        ) : "left" in inner && shape === "compare" ? (
          <CompareRowEditor expr={inner} name={name} onChange={change} errors={own} />
        ) : "field" in inner && shape === "field" ? (
          <FieldRowEditor expr={inner} name={name} onChange={change} errors={own} />
        ) : (
          <span className="lb-rule-words lb-grow">
            {exprWords(inner, { t, english: i18n.language === "en", fields, places })}
            <span className="lb-meta lb-faint">{t("row.tooDeep")}</span>
          </span>
        )}
        <span className="lb-rule-end">
          {extra}
          <RowMenu {...props} negated={negated} inner={inner} isGroup={group !== null} place={place} />
        </span>
      </div>
      {group && <GroupRows group={group} path={innerPath} depth={depth + 1} name={name} onChange={change} />}
      <RowErrors messages={below.map(({ message }) => message)} />
      {open.has(innerPointer) && told.length === 0 && <p className="lb-meta lb-warning">{t("row.open")}</p>}
    </div>
  );
}

export function RowErrors({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null;
  return (
    <p className="lb-meta lb-danger" role="alert">
      {[...new Set(messages)].join(" ")}
    </p>
  );
}

function GroupRows({ group, path, depth, name, onChange }: { group: Extract<Expr, { of: Expr[] }>; path: Path; depth: number; name: string; onChange: (expr: Expr) => void }) {
  const { t } = useTranslation("rules");
  const { disabled } = useRules();
  const list: Path = ["of"];
  const add = (row: Expr) => onChange(insertAt(group, list, group.of.length, row));
  return (
    <div className="lb-rule-rows">
      <SortableList
        items={group.of}
        keyOf={keyOf}
        disabled={disabled}
        handleLabel={(_row, index) => t("row.move", { name: t("row.inner", { name, number: index + 1 }) })}
        onMove={(from, to) => onChange(moveAt(group, list, from, to))}
      >
        {(row, index) => (
          <ExprEditor
            expr={row}
            path={[...path, "of", index]}
            depth={depth}
            name={t("row.inner", { name, number: index + 1 })}
            onChange={(next) => onChange(setAt(group, ["of", index], next))}
            place={{
              index,
              count: group.of.length,
              onMove: (to) => onChange(moveAt(group, list, index, to)),
              onRemove: () => onChange(removeAt(group, list, index)),
              onCopy: () => onChange(insertAt(group, list, index + 1, copyOf(row))),
            }}
          />
        )}
      </SortableList>
      {!disabled && (
        <div className="lb-row">
          <Button size="small" type="text" icon={<PlusOutlined />} onClick={() => add(newRow())}>
            {t("action.addRow")}
          </Button>
          {mayGroup(depth) && (
            <Button size="small" type="text" icon={<PlusOutlined />} onClick={() => add(newGroup("or"))}>
              {t("action.addGroup")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

interface RowMenuProps extends ExprEditorProps {
  negated: boolean;
  inner: Expr;
  isGroup: boolean;
}
function RowMenu({ expr, inner, negated, isGroup, depth, name, onChange, place, more = [] }: RowMenuProps) {
  const { t } = useTranslation("rules");
  const { disabled } = useRules();
  if (disabled) return null;
  const item = (key: string, run: () => void, off = false) => ({ key, label: t(`action.${key}`), disabled: off, onClick: run });
  const items: NonNullable<MenuProps["items"]> = [
    item("up", () => place.onMove(place.index - 1), place.index === 0),
    item("down", () => place.onMove(place.index + 1), place.index === place.count - 1),
    item("copy", place.onCopy),
    { type: "divider" },
    item(negated ? "affirm" : "negate", () => onChange(negated ? inner : { op: "not", of: expr })),
    ...(mayGroup(depth) && !isGroup ? [item("wrap", () => onChange(newGroup("or", [expr, newRow()])))] : []),
    ...more,
    { type: "divider" },
    { ...item("remove", place.onRemove), danger: true },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }} placement="bottomRight">
      <Button type="text" icon={<MoreOutlined />} aria-label={t("row.menu", { name })} />
    </Dropdown>
  );
}
