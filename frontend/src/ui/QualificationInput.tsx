import { Input, Select } from "antd";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ChipGroup } from "./ChipGroup";
import { yuan } from "./format";
import { isComposing } from "./keys";
import { factInput, parseFact, typed, type CityName, type FactValue, type QualificationField } from "./qualification";
import "./qualification.css";

interface QualificationInputProps {
  field: QualificationField;
  value: FactValue | null;
  cities: readonly CityName[];
  /** Told at every change that is a whole value; null when it was emptied. */
  onChange?: (value: FactValue | null) => void;
  /** Enter, or a choice: the value is meant. */
  onDone?: (value: FactValue | null) => void;
  onCancel?: () => void;
  autoFocus?: boolean;
  /** Why the value was refused, in the server's words. */
  refusal?: string | null;
  /** Names the control where no label stands beside it; the field's title else. */
  label?: string;
  id?: string;
}
const CHIPS = 9;

/** The one control of a qualification value, by the kind of its field. Choices answer to the keys 1–9, truths to y and n as well. */
export function QualificationInput(props: QualificationInputProps) {
  const { field } = props;
  if (typed(field.kind)) return <Typed {...props} />;
  if (field.kind === "city" || field.choices.length > CHIPS) return <Listed {...props} />;
  return field.kind === "set" ? <Several {...props} /> : <Chips {...props} />;
}

function Refusal({ id, text }: { id: string; text: string | null | undefined }) {
  return text ? (
    <span id={id} className="lb-meta lb-danger" role="alert">
      {text}
    </span>
  ) : null;
}

function Typed({ field, value, onChange, onDone, onCancel, autoFocus, refusal, label, id }: QualificationInputProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState(() => factInput(field, value));
  const [wrong, setWrong] = useState(false);
  const told = useId();
  const parsed = parseFact(field, text);
  const empty = text.trim() === "";
  const unreadable = !empty && parsed === null;
  const message = wrong && unreadable ? t(`fact.wrong.${field.kind}`) : refusal;
  const done = () => {
    if (unreadable) setWrong(true);
    else onDone?.(parsed);
  };
  const echo = field.kind === "money" && parsed !== null && parsed >= 1_000_000;
  return (
    <span className="lb-fact-input">
      <Input
        id={id}
        autoFocus={autoFocus}
        value={text}
        aria-label={label ?? field.title}
        aria-invalid={!!message}
        aria-describedby={message ? told : undefined}
        status={message ? "error" : ""}
        inputMode={field.kind === "number" ? "numeric" : "decimal"}
        autoComplete="off"
        maxLength={24}
        suffix={t(`fact.suffix.${field.unit}`)}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          setWrong(false);
          const value = parseFact(field, next);
          if (next.trim() === "") onChange?.(null);
          else if (value !== null) onChange?.(value);
        }}
        onBlur={() => setWrong(true)}
        onKeyDown={(event) => {
          if (isComposing(event.nativeEvent)) return;
          if (event.key === "Enter" && onDone && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
            event.preventDefault();
            done();
          } else if (event.key === "Escape" && onCancel) {
            event.preventDefault();
            onCancel();
          }
        }}
      />
      {echo && <span className="lb-meta lb-faint">{t("form.amount", { yuan: yuan(parsed) })}</span>}
      <Refusal id={told} text={message} />
    </span>
  );
}

function Listed({ field, value, cities, onChange, onDone, onCancel, autoFocus, refusal, label, id }: QualificationInputProps) {
  const told = useId();
  const options = field.kind === "city" ? cities.map(({ code, name }) => ({ value: String(code), label: name })) : field.choices.map(({ code, title }) => ({ value: code, label: title }));
  return (
    <span className="lb-fact-input" onKeyDown={(event) => event.key === "Escape" && onCancel && (event.preventDefault(), onCancel())}>
      <Select
        {...(id ? { id } : {})}
        autoFocus={autoFocus}
        defaultOpen={!!autoFocus}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        aria-label={label ?? field.title}
        status={refusal ? "error" : ""}
        value={value === null ? null : String(value)}
        options={options}
        onChange={(chosen: string | null | undefined) => {
          const next = chosen ? (field.kind === "city" ? Number(chosen) : chosen) : null;
          onChange?.(next);
          onDone?.(next);
        }}
      />
      <Refusal id={told} text={refusal} />
    </span>
  );
}

/** Focuses the chosen chip, or the first. */
function useChipFocus(wanted: boolean | undefined) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted) (ref.current?.querySelector<HTMLElement>("[aria-checked=true]") ?? ref.current?.querySelector<HTMLElement>("button"))?.focus();
  }, [wanted]);
  return ref;
}
const step = (root: HTMLElement | null, by: number): void => {
  const buttons = [...(root?.querySelectorAll<HTMLElement>("button") ?? [])];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
};

function Chips({ field, value, onChange, onDone, onCancel, autoFocus, refusal, label }: QualificationInputProps) {
  const { t } = useTranslation("ui");
  const told = useId();
  const ref = useChipFocus(autoFocus);
  const truth = field.kind === "bool";
  const options = truth ? [{ code: "yes", title: t("fact.yes") }, { code: "no", title: t("fact.no") }] : field.choices;
  const now = truth ? (value === null ? null : value ? "yes" : "no") : typeof value === "string" ? value : null;
  const choose = (code: string) => {
    const next = truth ? code === "yes" : code;
    onChange?.(next);
    onDone?.(next);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const code = truth && /^[yn]$/i.test(event.key) ? (/y/i.test(event.key) ? "yes" : "no") : /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1]?.code : undefined;
    if (code) choose(code);
    else if (event.key === "ArrowRight" || event.key === "ArrowDown") step(ref.current, 1);
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(ref.current, -1);
    else if (event.key === "Escape" && onCancel) onCancel();
    else if (!/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={ref} className="lb-fact-input" onKeyDown={onKeyDown}>
      <ChipGroup label={label ?? field.title} value={now} onChange={choose} options={options.map(({ code, title }, index) => ({ value: code, label: title, hint: String(index + 1) }))} />
      <Refusal id={told} text={refusal} />
    </div>
  );
}

function Several({ field, value, onChange, onDone, onCancel, autoFocus, refusal, label }: QualificationInputProps) {
  const told = useId();
  const ref = useChipFocus(autoFocus);
  const [chosen, setChosen] = useState<string[]>(Array.isArray(value) ? value : []);
  const toggle = (code: string) => {
    const next = field.choices.map((choice) => choice.code).filter((other) => (other === code ? !chosen.includes(code) : chosen.includes(other)));
    setChosen(next);
    onChange?.(next.length > 0 ? next : null);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const code = /^[1-9]$/.test(event.key) ? field.choices[Number(event.key) - 1]?.code : undefined;
    if (code) toggle(code);
    else if (event.key === "Enter" && onDone) onDone(chosen.length > 0 ? chosen : null);
    else if (event.key === "ArrowRight" || event.key === "ArrowDown") step(ref.current, 1);
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(ref.current, -1);
    else if (event.key === "Escape" && onCancel) onCancel();
    else if (!/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={ref} className="lb-fact-input" onKeyDown={onKeyDown}>
      <div role="group" aria-label={label ?? field.title} className="lb-chips">
        {field.choices.map(({ code, title }, index) => (
          <button key={code} type="button" role="checkbox" aria-checked={chosen.includes(code)} className="lb-chip" onClick={() => toggle(code)}>
            <kbd aria-hidden>{index + 1}</kbd>
            {title}
          </button>
        ))}
      </div>
      <Refusal id={told} text={refusal} />
    </div>
  );
}
