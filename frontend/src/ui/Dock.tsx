import { CloseOutlined, MinusOutlined, UpOutlined } from "@/ui/icons";
import { Button } from "antd";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./dock.css";

interface Panel {
  id: string;
  title: ReactNode;
  content: ReactNode;
  minimised: boolean;
}
interface DockActions {
  open: (panel: Omit<Panel, "minimised">) => void;
  close: (id: string) => void;
}
const Actions = createContext<DockActions | null>(null);
const Panels = createContext<{ panels: Panel[]; minimise: (id: string, minimised: boolean) => void }>({ panels: [], minimise: () => undefined });

/** Panels under the content that cover nothing and survive navigation; one is open, others wait minimised. */
export function DockProvider({ children }: { children: ReactNode }) {
  const [panels, setPanels] = useState<Panel[]>([]);
  const open = useCallback(
    (panel: Omit<Panel, "minimised">) =>
      setPanels((all) => {
        const known = all.find((other) => other.id === panel.id);
        const others = all.filter((other) => other.id !== panel.id).map((other) => ({ ...other, minimised: true }));
        return [...others, { ...(known ?? panel), minimised: false }];
      }),
    [],
  );
  const close = useCallback((id: string) => setPanels((all) => all.filter((panel) => panel.id !== id)), []);
  const minimise = useCallback((id: string, minimised: boolean) => setPanels((all) => all.map((panel) => (panel.id === id ? { ...panel, minimised } : minimised ? panel : { ...panel, minimised: true }))), []);
  const actions = useMemo(() => ({ open, close }), [open, close]);
  const state = useMemo(() => ({ panels, minimise }), [panels, minimise]);
  return (
    <Actions value={actions}>
      <Panels value={state}>{children}</Panels>
    </Actions>
  );
}

export function useDock(): DockActions {
  const actions = useContext(Actions);
  if (!actions) throw new Error("useDock outside DockProvider");
  return actions;
}

/** Whether this panel is open in the dock and not minimised. */
export const useDocked = (id: string): boolean => useContext(Panels).panels.some((panel) => panel.id === id && !panel.minimised);

export function DockHost() {
  const { t } = useTranslation("ui");
  const { panels, minimise } = useContext(Panels);
  const { close } = useDock();
  if (panels.length === 0) return null;
  return (
    <aside className="lb-dock" aria-label={t("dock.label")}>
      {panels.map((panel) => (
        <section key={panel.id} className="lb-dock-panel" data-minimised={panel.minimised}>
          <header className="lb-row lb-between">
            <span className="lb-row lb-grow">{panel.title}</span>
            <span className="lb-row">
              <Button type="text" size="small" icon={panel.minimised ? <UpOutlined /> : <MinusOutlined />} aria-label={t(panel.minimised ? "dock.restore" : "dock.minimise")} onClick={() => minimise(panel.id, !panel.minimised)} />
              <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("dock.close")} onClick={() => close(panel.id)} />
            </span>
          </header>
          <div hidden={panel.minimised}>{panel.content}</div>
        </section>
      ))}
    </aside>
  );
}
