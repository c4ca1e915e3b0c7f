import "./filter.css";

interface ChipGroupProps<V extends string> {
  label: string;
  value: V | null;
  options: readonly { value: V; label: string; hint?: string; title?: string }[];
  onChange: (value: V) => void;
}

/** A row of chips of which one is chosen; `hint` is its key. */
export function ChipGroup<V extends string>({ label, value, options, onChange }: ChipGroupProps<V>) {
  return (
    <div role="radiogroup" aria-label={label} className="lb-chips">
      {options.map((option) => (
        <button key={option.value} type="button" role="radio" aria-checked={value === option.value} className="lb-chip" title={option.title} onClick={() => onChange(option.value)}>
          {option.hint && <kbd aria-hidden>{option.hint}</kbd>}
          {option.label}
        </button>
      ))}
    </div>
  );
}
