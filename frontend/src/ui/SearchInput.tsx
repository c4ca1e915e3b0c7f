import { Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { usePhone } from "@/theme/mode";

const PAUSE = 300;

/** Searches a list by name as one types; the address follows after a pause. */
export function SearchInput({ value, onChange, label, ref }: { value: string; onChange: (text: string | undefined) => void; label: string; ref?: React.Ref<React.ComponentRef<typeof Input>> }) {
  const phone = usePhone();
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => tell.current(text.trim() || undefined), PAUSE);
    return () => clearTimeout(timer);
  }, [text, value]);
  return <Input ref={ref ?? null} allowClear value={text} onChange={(event) => setText(event.target.value)} aria-label={label} placeholder={label} maxLength={60} style={{ width: phone ? "100%" : 208 }} inputMode="search" />;
}
