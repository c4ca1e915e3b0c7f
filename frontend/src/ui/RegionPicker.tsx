import { Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Place } from "./rules/types";

interface RegionPickerProps {
  places: readonly Place[];
  value: readonly number[];
  onChange: (codes: number[]) => void;
  label: string;
  multiple?: boolean;
  /** What an empty choice means, as 全国. */
  placeholder?: string;
  disabled?: boolean;
  id?: string;
}

/** Cities by province, one or several; found by name. A code that is not in the list stays and is shown as it is. */
export function RegionPicker({ places, value, onChange, label, multiple = false, placeholder, disabled = false, id }: RegionPickerProps) {
  const { t } = useTranslation("rules");
  const options = useMemo(() => {
    const known = new Set(places.map(({ code }) => code));
    const provinces = [...new Set(places.map(({ province }) => province))].map((province) => ({
      label: province,
      title: province,
      options: places.filter((place) => place.province === province).map(({ code, name }) => ({ value: code, label: name, search: `${name}${province}` })),
    }));
    const others = value.filter((code) => !known.has(code)).map((code) => ({ value: code, label: String(code), search: String(code) }));
    return [...provinces, ...others];
  }, [places, value]);
  const shared = {
    ...(id ? { id } : {}),
    "aria-label": label,
    className: multiple ? "lb-value lb-value-many" : "lb-value",
    disabled,
    options,
    placeholder: placeholder ?? t("value.chooseCity"),
    showSearch: { optionFilterProp: "search" },
  };
  if (multiple) return <Select {...shared} mode="multiple" allowClear value={[...value]} onChange={(codes: number[]) => onChange(codes)} />;
  return <Select {...shared} value={value[0] ?? null} onChange={(code: number | null) => onChange(code === null ? [] : [code])} />;
}
