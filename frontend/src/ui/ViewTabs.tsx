import { CloseOutlined, PlusOutlined } from "@/ui/icons";
import { Button, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { count } from "./format";
import "./filter.css";

export interface View {
  key: string;
  label: string;
  total?: { total: number; capped: boolean } | undefined;
  /** A view of one's own can be removed. */
  own?: boolean;
}
interface ViewTabsProps {
  views: readonly View[];
  value: string;
  /** The filters differ from what the view has kept. */
  changed?: boolean;
  onChange: (key: string) => void;
  onSave?: (name: string) => void;
  onRemove?: (key: string) => void;
}

/** System views and one's own, with their counts; the present filters can be kept as a view. */
export function ViewTabs({ views, value, changed = false, onChange, onSave, onRemove }: ViewTabsProps) {
  const { t } = useTranslation("ui");
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const save = () => {
    if (!name.trim()) return;
    onSave?.(name.trim());
    setName("");
    setNaming(false);
  };
  const step = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const at = views.findIndex((view) => view.key === value);
    const next = views[(at + (event.key === "ArrowRight" ? 1 : -1) + views.length) % views.length];
    if (next) onChange(next.key);
  };
  return (
    <div className="lb-row" style={{ gap: 4 }}>
      <div className="lb-viewtabs" role="tablist" aria-label={t("views.label")} onKeyDown={step}>
        {views.map((view) => (
          <span key={view.key} className="lb-row" style={{ gap: 0, flex: "none" }} role="presentation">
            <button type="button" role="tab" aria-selected={view.key === value} tabIndex={view.key === value ? 0 : -1} className="lb-viewtab" onClick={() => onChange(view.key)}>
              {view.label}
              {view.total && <span className="lb-viewtab-count">{view.total.capped ? t("views.capped", { total: count(view.total.total) }) : count(view.total.total)}</span>}
              {changed && view.key === value && <span role="img" aria-label={t("views.changed")}>•</span>}
            </button>
          </span>
        ))}
      </div>
      {onRemove && views.some((view) => view.own && view.key === value) && <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("views.remove")} onClick={() => onRemove(value)} />}
      {onSave && changed && (
        <Popover
          trigger="click"
          open={naming}
          onOpenChange={setNaming}
          destroyOnHidden
          content={
            <div className="lb-row">
              <Input autoFocus value={name} maxLength={20} aria-label={t("views.name")} placeholder={t("views.name")} onChange={(event) => setName(event.target.value)} onPressEnter={(event) => !event.nativeEvent.isComposing && save()} />
              <Button type="primary" onClick={save}>
                {t("views.save")}
              </Button>
            </div>
          }
        >
          <Button type="text" size="small" icon={<PlusOutlined />}>
            {t("views.saveAs")}
          </Button>
        </Popover>
      )}
    </div>
  );
}
