import { useState } from "react";

/** Text of an input over a typed value: what is typed stays as it is, and follows when the value changes from elsewhere. */
export function useText<T>(value: T, show: (value: T) => string, read: (text: string) => T, same: (a: T, b: T) => boolean = Object.is): [string, (text: string) => void] {
  const [text, setText] = useState(() => show(value));
  const [seen, setSeen] = useState(value);
  if (!same(seen, value)) {
    setSeen(value);
    if (!same(read(text), value)) setText(show(value));
  }
  return [text, setText];
}
