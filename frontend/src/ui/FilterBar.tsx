import { CloseOutlined, DownOutlined, FilterOutlined } from "@/ui/icons";
import { Button, Checkbox, Drawer, Input, Popover, Radio } from "antd";
import { Fragment, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/theme/mode";
import "./filter.css";

export interface FilterField {
  key: string;
  label: string;
  /** Several values are joined by commas, as in the REST query. */
  multiple?: boolean;
  /** Options with the same `group`, next to each other, stand under one head. */
  options?: readonly { value: string; label: string; group?: string }[];
  /** Typed instead of chosen; what is wrong with a text is said in words, null when nothing is. */
  check?: (text: string) => string | null;
  /** Stands in place of the options, with `show` for the pill. */
  panel?: (value: string | undefined, onChange: (value: string | undefined) => void) => ReactNode;
  show?: (value: string) => string;
}
export type FilterValues = Readonly<Record<string, string | undefined>>;
interface FilterBarProps {
  fields: readonly FilterField[];
  values: FilterValues;
  onChange: (key: string, value: string | undefined) => void;
  onReset: () => void;
}

const SEARCHABLE = 8;
const chosenOf = (value: string | undefined): string[] => (value ? value.split(",") : []);

/** Pills that apply at once, each showing what it filters by; on phones one button and a sheet. */
export function FilterBar({ fields, values, onChange, onReset }: FilterBarProps) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const [sheet, setSheet] = useState(false);
  const active = fields.filter((field) => values[field.key]);
  const reset = active.length > 0 && (
    <Button type="text" onClick={onReset}>
      {t("filter.reset")}
    </Button>
  );
  if (phone) {
    return (
      <div className="lb-filterbar">
        <button type="button" className="lb-chip" data-active={active.length > 0} onClick={() => setSheet(true)}>
          <FilterOutlined />
          {active.length > 0 ? t("filter.open", { count: active.length }) : t("filter.title")}
        </button>
        {active.map((field) => (
          <Pill key={field.key} field={field} value={values[field.key]} onChange={onChange} onOpen={() => setSheet(true)} />
        ))}
        <Drawer open={sheet} onClose={() => setSheet(false)} placement="bottom" size="70dvh" title={t("filter.title")} extra={reset}>
          <div className="lb-stack">
            {fields.map((field) => (
              <fieldset key={field.key} style={{ border: 0, padding: 0, margin: 0 }}>
                <legend>
                  <strong>{field.label}</strong>
                </legend>
                <Options field={field} value={values[field.key]} onChange={onChange} />
              </fieldset>
            ))}
          </div>
        </Drawer>
      </div>
    );
  }
  return (
    <div className="lb-filterbar">
      {fields.map((field) => (
        <Popover key={field.key} trigger="click" placement="bottomLeft" destroyOnHidden content={<Options field={field} value={values[field.key]} onChange={onChange} />}>
          <span>
            <Pill field={field} value={values[field.key]} onChange={onChange} />
          </span>
        </Popover>
      ))}
      {reset}
    </div>
  );
}

function Pill({ field, value, onChange, onOpen }: { field: FilterField; value: string | undefined; onChange: FilterBarProps["onChange"]; onOpen?: () => void }) {
  const { t } = useTranslation("ui");
  const chosen = field.show && value ? [field.show(value)] : chosenOf(value).map((one) => (field.options ? (field.options.find((option) => option.value === one)?.label ?? t("filter.unknown")) : one));
  const text = chosen.length > 2 ? t("filter.several", { count: chosen.length }) : chosen.join(t("filter.comma"));
  return (
    <span className="lb-row" style={{ gap: 0, position: "relative" }}>
      <button type="button" className="lb-chip" data-active={chosen.length > 0} style={chosen.length > 0 ? { paddingRight: 32 } : undefined} onClick={onOpen} aria-haspopup="dialog">
        {chosen.length > 0 ? <span className="lb-ellipsis lb-chip-value">{t("filter.pill", { label: field.label, value: text })}</span> : field.label}
        {chosen.length === 0 && <DownOutlined />}
      </button>
      {chosen.length > 0 && (
        <button
          type="button"
          className="lb-plain"
          style={{ position: "absolute", right: 4, width: 24, height: 24, textAlign: "center" }}
          aria-label={t("filter.remove", { label: field.label })}
          onClick={(event) => {
            event.stopPropagation();
            onChange(field.key, undefined);
          }}
        >
          <CloseOutlined />
        </button>
      )}
    </span>
  );
}

interface PanelProps {
  field: FilterField;
  value: string | undefined;
  onChange: FilterBarProps["onChange"];
}
function Options({ field, value, onChange }: PanelProps) {
  if (field.panel) return <div className="lb-stack lb-filter-panel">{field.panel(value, (next) => onChange(field.key, next))}</div>;
  return field.options ? <Choices field={field} options={field.options} value={value} onChange={onChange} /> : <Text field={field} value={value} onChange={onChange} />;
}

/** A text applies with Enter or when the field is left, once it is right. */
function Text({ field, value, onChange }: PanelProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState(value ?? "");
  const [wrong, setWrong] = useState<string | null>(null);
  const apply = () => {
    const given = text.trim();
    const found = given ? (field.check?.(given) ?? null) : null;
    setWrong(found);
    if (!found && given !== (value ?? "")) onChange(field.key, given || undefined);
  };
  return (
    <div className="lb-stack lb-stack-tight lb-filter-panel">
      <Input allowClear autoComplete="off" value={text} status={wrong ? "error" : ""} aria-label={field.label} placeholder={t("filter.enter")} onChange={(event) => setText(event.target.value)} onBlur={apply} onPressEnter={(event) => !event.nativeEvent.isComposing && apply()} />
      {wrong && (
        <span className="lb-danger lb-meta" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

function Choices({ field, options: all, value, onChange }: PanelProps & { options: NonNullable<FilterField["options"]> }) {
  const { t } = useTranslation("ui");
  const [search, setSearch] = useState("");
  const options = all.filter((option) => option.label.toLowerCase().includes(search.trim().toLowerCase()));
  const chosen = chosenOf(value);
  const toggle = (one: string, on: boolean) => onChange(field.key, (on ? [...chosen, one] : chosen.filter((other) => other !== one)).join(",") || undefined);
  return (
    <div className="lb-stack lb-filter-panel">
      {all.length > SEARCHABLE && <Input allowClear value={search} aria-label={t("filter.search", { label: field.label })} placeholder={t("filter.search", { label: field.label })} onChange={(event) => setSearch(event.target.value)} />}
      <div className="lb-filter-list" role="group" aria-label={field.label}>
        {options.length === 0 && <span className="lb-muted">{t("filter.noOption")}</span>}
        {options.map((option, index) => (
          <Fragment key={option.value}>
            {option.group && option.group !== options[index - 1]?.group && <span className="lb-meta lb-muted lb-filter-group">{option.group}</span>}
            {field.multiple ? (
              <Checkbox checked={chosen.includes(option.value)} onChange={(event) => toggle(option.value, event.target.checked)}>
                {option.label}
              </Checkbox>
            ) : (
              <Radio checked={value === option.value} onChange={() => onChange(field.key, option.value)}>
                {option.label}
              </Radio>
            )}
          </Fragment>
        ))}
      </div>
    </div>
  );
}
