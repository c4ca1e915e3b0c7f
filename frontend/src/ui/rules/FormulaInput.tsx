import { AutoComplete, Input } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useText } from "../useText";
import { formulaText, readFormula, type Measure, type Span } from "./formula";
import type { Fields, Formula, RuleError } from "./types";

interface FormulaInputProps {
  formula: Formula | null;
  onChange: (formula: Formula | null) => void;
  fields: Fields;
  /** What the formula gives: literals take their unit from it. */
  wanted: Measure | null;
  label: string;
  /** The server's errors, with pointers from the formula on. */
  errors: readonly RuleError[];
  placeholder?: string;
  disabled?: boolean;
}
const FRAGMENT = /[\p{L}_][\p{L}\p{N}_]*$/u;
const OFFERED = 8;
const same = (a: Formula | null, b: Formula | null) => JSON.stringify(a) === JSON.stringify(b);

/** A formula as text, `min(50万, 公积金个人月缴 × 12 × 10)`, with field names offered and errors at the word that is wrong. */
export function FormulaInput({ formula, onChange, fields, wanted, label, errors, placeholder, disabled = false }: FormulaInputProps) {
  const { t, i18n } = useTranslation("rules");
  const english = i18n.language === "en";
  const parse = (typed: string): Formula | null => (typed.trim() === "" ? null : (readFormula(typed, fields, wanted).formula ?? { text: typed }));
  const [text, setText] = useText(formula, (one) => formulaText(one, fields, wanted, english), parse, same);
  const [caret, setCaret] = useState<number | null>(null);
  const read = useMemo(() => (text.trim() === "" ? null : readFormula(text, fields, wanted)), [text, fields, wanted]);
  // A word at the end that is still being typed is no error yet.
  const wrong = read?.error && (caret === null || read.error.to < text.length) ? read.error : null;
  const told = errors[0];
  const span: Span | null = wrong ?? (told && read?.spans ? (read.spans.get(told.pointer) ?? read.spans.get("") ?? null) : null);
  const message = wrong ? t(`formula.${wrong.code}`, { text: wrong.text }) : told?.message;
  const offers = useMemo(() => (caret === null ? [] : offersAt(text, caret, fields)), [text, caret, fields]);

  const take = (next: string) => {
    setText(next);
    onChange(parse(next));
  };
  return (
    <div className="lb-formula">
      <AutoComplete
        className="lb-formula-input"
        value={text}
        options={offers}
        disabled={disabled}
        showSearch={{ filterOption: false }}
        popupMatchSelectWidth={280}
        onSelect={(next: string) => {
          take(next);
          setCaret(null);
        }}
      >
        <Input.TextArea
          aria-label={label}
          aria-invalid={!!message}
          status={message ? "error" : ""}
          autoSize={{ minRows: 1, maxRows: 6 }}
          maxLength={2000}
          placeholder={placeholder}
          spellCheck={false}
          onChange={(event) => {
            take(event.target.value);
            setCaret(event.target.selectionStart);
          }}
          onBlur={() => {
            setCaret(null);
            if (read?.formula) setText(formulaText(read.formula, fields, wanted, english));
          }}
        />
      </AutoComplete>
      {message && (
        <div className="lb-formula-error lb-meta" role="alert">
          {span && span.to > span.from && (
            <code>
              {text.slice(0, span.from)}
              <mark>{text.slice(span.from, span.to)}</mark>
              {text.slice(span.to)}
            </code>
          )}
          <span className="lb-danger">{message}</span>
        </div>
      )}
    </div>
  );
}

/** Names of fields that go on with the word before the caret; each option is the whole text with the name in it. */
function offersAt(text: string, caret: number, fields: Fields): { value: string; label: string }[] {
  const fragment = FRAGMENT.exec(text.slice(0, caret))?.[0];
  if (!fragment) return [];
  const wanted = fragment.toLowerCase();
  const before = text.slice(0, caret - fragment.length);
  const after = text.slice(caret);
  const named = [...fields.values()].filter(({ kind, title, code }) => (kind === "money" || kind === "number" || kind === "ratio") && (title.toLowerCase().includes(wanted) || code.toLowerCase().startsWith(wanted)));
  if (named.some(({ title }) => title.toLowerCase() === wanted)) return [];
  return named.slice(0, OFFERED).map(({ title }) => ({ value: `${before}${title}${after}`, label: title }));
}
