import { Select } from "antd";
import type { OrgUnit } from "@/api/types";
import { unitOptions } from "./useOrg";

interface UnitSelectProps {
  units: readonly OrgUnit[];
  label?: string;
  /** Given by a form. */
  id?: string;
  value?: string | null;
  onChange?: (value: string) => void;
  except?: ReadonlySet<string>;
  disabled?: boolean;
}

/** One unit of the tree, found by its name. */
export function UnitSelect({ units, label, except, id, value, onChange, disabled = false }: UnitSelectProps) {
  return (
    <Select
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      style={{ width: "100%" }}
      disabled={disabled}
      value={value || null}
      {...(onChange ? { onChange: (next: string) => onChange(next) } : {})}
      showSearch={{ optionFilterProp: "label" }}
      options={unitOptions(units).filter((option) => !except?.has(option.value))}
      optionRender={(option) => <span style={{ paddingInlineStart: option.data.depth * 16 }}>{option.label}</span>}
    />
  );
}

interface UnitsSelectProps {
  units: readonly OrgUnit[];
  label: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  disabled?: boolean;
}

/** Several units of the tree. */
export function UnitsSelect({ units, label, value, onChange, disabled = false }: UnitsSelectProps) {
  return (
    <Select
      mode="multiple"
      aria-label={label}
      placeholder={label}
      style={{ width: "100%" }}
      disabled={disabled}
      value={[...value]}
      onChange={onChange}
      showSearch={{ optionFilterProp: "label" }}
      options={unitOptions(units)}
      optionRender={(option) => <span style={{ paddingInlineStart: option.data.depth * 16 }}>{option.label}</span>}
    />
  );
}
