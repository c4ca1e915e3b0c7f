import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface Found {
  value: string;
  label: string;
  detail?: ReactNode;
}
interface SearchSelectProps {
  /** Names the search in the query cache. */
  name: string;
  search: (text: string, signal: AbortSignal) => Promise<Found[]>;
  /** Letters from which on it searches; 0 lists something at once. */
  least?: number;
  /** The label of a value that was chosen before. */
  known?: Found | null;
  placeholder?: string;
  label?: string;
  id?: string;
  value?: string | null;
  onChange?: (value: string | null) => void;
  autoFocus?: boolean;
  allowClear?: boolean;
}

/** One of many that only the server can search; the text stays in memory and request bodies. */
export function SearchSelect({ name, search, least = 0, known, placeholder, label, id, value, onChange, autoFocus = false, allowClear = true }: SearchSelectProps) {
  const { t } = useTranslation("ui");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<Found | null>(known ?? null);
  const [open, setOpen] = useState(false);
  const wanted = useDeferredValue(text.trim());
  const enabled = open && wanted.length >= least;
  const found = useQuery({ queryKey: ["search", name, wanted], queryFn: ({ signal }) => search(wanted, signal), enabled, placeholderData: keepPreviousData, staleTime: 30_000 });
  const listed = enabled ? (found.data ?? []) : [];
  const options = chosen && chosen.value === value && !listed.some((option) => option.value === chosen.value) ? [chosen, ...listed] : listed;
  return (
    <Select<string, Found>
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      style={{ width: "100%" }}
      autoFocus={autoFocus}
      allowClear={allowClear}
      showSearch={{ filterOption: false, onSearch: setText, searchValue: text }}
      placeholder={placeholder}
      value={value ?? null}
      loading={found.isFetching}
      options={options}
      optionRender={(option) => (
        <span className="lb-row lb-between">
          <span className="lb-ellipsis">{option.data.label}</span>
          <span className="lb-row lb-meta lb-muted">{option.data.detail}</span>
        </span>
      )}
      notFoundContent={<span className="lb-muted">{wanted.length < least ? t("search.least", { count: least }) : found.isFetching ? t("common:loading") : t("search.none")}</span>}
      onOpenChange={setOpen}
      onChange={(next) => {
        setChosen(options.find((option) => option.value === next) ?? null);
        setText("");
        onChange?.(next ?? null);
      }}
    />
  );
}
