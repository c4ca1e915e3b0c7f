import { Input, Modal } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { isProblem } from "@/api/problem";
import { isComposing } from "../keys";
import { useMe } from "../me";
import { menuIcon } from "./menu";

export interface Found {
  id: string;
  path: string;
  label: ReactNode;
}
/** Finds customers by 4 digits, initials or a name. The text goes in a request body and into no address or history. */
export type CustomerSearch = (text: string, signal: AbortSignal) => Promise<Found[]>;

interface Entry extends Found {
  hint?: string;
}
const GO_KEYS: Record<string, string> = { today: "g t", customers: "g c", board: "g b", inbox: "g i" };

export function CommandPalette({ open, onClose, search }: { open: boolean; onClose: () => void; search: CustomerSearch }) {
  const { t } = useTranslation("shell");
  return (
    <Modal open={open} onCancel={onClose} footer={null} closable={false} title={null} width={640} destroyOnHidden aria-label={t("search.label")} style={{ top: 72 }}>
      <Palette onClose={onClose} search={search} />
    </Modal>
  );
}

function Palette({ onClose, search }: { onClose: () => void; search: CustomerSearch }) {
  const { t } = useTranslation("shell");
  const me = useMe();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [result, setResult] = useState<{ text: string; found: Found[]; error: string | null }>({ text: "", found: [], error: null });
  const [chosen, setChosen] = useState(0);
  const wanted = text.trim();

  useEffect(() => {
    if (wanted.length < 2) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      search(wanted, abort.signal).then(
        (found) => setResult({ text: wanted, found, error: null }),
        (error: unknown) => !abort.signal.aborted && setResult({ text: wanted, found: [], error: isProblem(error) && error.message ? error.message : t("search.failed") }),
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted, search, t]);

  const pages: Entry[] = me.menus
    .map(({ key, path }) => ({ id: `page-${key}`, path, label: <>{menuIcon(key)} {t(`menu.${key}`)}</>, name: t(`menu.${key}`), hint: GO_KEYS[key] }))
    .filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  const customers: Entry[] = wanted.length >= 2 ? result.found : [];
  const all = [...customers, ...pages];
  const current = Math.min(chosen, all.length - 1);
  const open = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    void navigate(entry.path);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setChosen((current + (event.key === "ArrowDown" ? 1 : -1) + all.length) % Math.max(1, all.length));
    } else if (event.key === "Enter" && (customers.length > 0 || wanted.length < 2 || result.text === wanted)) open(all[current]);
  };
  const line = (entry: Entry, index: number) => (
    <li key={entry.id} id={`found-${entry.id}`} role="option" aria-selected={index === current} className="lb-palette-item" onMouseEnter={() => setChosen(index)} onClick={() => open(entry)}>
      <span className="lb-grow lb-row">{entry.label}</span>
      {entry.hint && <kbd>{entry.hint}</kbd>}
    </li>
  );
  const searching = wanted.length >= 2 && result.text !== wanted;
  return (
    <div className="lb-stack">
      <Input
        autoFocus
        size="large"
        variant="borderless"
        value={text}
        placeholder={t("search.placeholder")}
        role="combobox"
        aria-label={t("search.label")}
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={all[current] ? `found-${all[current].id}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="lb-meta lb-muted" role="status">
        {searching ? t("search.running") : wanted.length < 2 ? t("search.hint") : (result.error ?? t("search.found", { count: customers.length }))}
      </div>
      <ul id="palette-list" role="listbox" aria-label={t("search.label")}>
        {customers.map(line)}
        {pages.map((entry, index) => line(entry, customers.length + index))}
      </ul>
    </div>
  );
}
