import { Button, Drawer, Popover, Tooltip } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ToneName } from "@/theme/tokens";
import { usePhone } from "@/theme/mode";
import { Loading, StateView } from "../StateView";
import { Tone } from "../Tone";
import type { KanbanTarget } from "./types";
import "./kanban.css";

export interface MoveStage {
  id: string;
  name: string;
  tone: ToneName;
}
interface MoveMenuProps {
  /** The accessible name: which card is moved. */
  label: string;
  stages: readonly MoveStage[];
  current: string;
  targets: () => Promise<readonly KanbanTarget[]>;
  onMove: (columnId: string) => void;
  children?: ReactNode;
  icon?: ReactNode;
  type?: "primary" | "text" | "default";
  size?: "small" | "middle";
  /** Why nothing can be moved now. */
  refused?: string | null;
}

/** 移动到…: every stage with the server's word on it, as a popover, on phones as a sheet. */
export function MoveMenu({ label, stages, current, targets, onMove, children, icon, type = "default", size = "middle", refused }: MoveMenuProps) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const [known, setKnown] = useState<readonly KanbanTarget[] | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const read = () => {
    setFailed(null);
    setKnown(null);
    targets().then(setKnown, setFailed);
  };
  const change = (next: boolean) => {
    setOpen(next);
    if (next) read();
  };
  const list = failed ? (
    <StateView state="error" error={failed} onRetry={read} />
  ) : known ? (
    <MoveList
      stages={stages.filter(({ id }) => id !== current)}
      targets={known}
      onMove={(id) => {
        setOpen(false);
        onMove(id);
      }}
    />
  ) : (
    <Loading rows={4} />
  );
  if (refused) {
    return (
      <Tooltip title={refused}>
        <Button size={size} icon={icon} aria-label={label} aria-disabled className="lb-refused">
          {children}
          <span className="lb-sr">{refused}</span>
        </Button>
      </Tooltip>
    );
  }
  const button = (
    <Button type={type} size={size} icon={icon} aria-label={label} aria-haspopup="dialog" aria-expanded={open} {...(phone ? { onClick: () => change(true) } : {})}>
      {children}
    </Button>
  );
  if (phone) {
    return (
      <>
        {button}
        <Drawer open={open} onClose={() => setOpen(false)} placement="bottom" size="70dvh" title={t("kanban.moveTo")} destroyOnHidden>
          {list}
        </Drawer>
      </>
    );
  }
  return (
    <Popover trigger="click" placement="bottomRight" open={open} onOpenChange={change} destroyOnHidden title={t("kanban.moveTo")} content={<div className="lb-movemenu">{list}</div>}>
      {button}
    </Popover>
  );
}

function MoveList({ stages, targets, onMove }: { stages: readonly MoveStage[]; targets: readonly KanbanTarget[]; onMove: (columnId: string) => void }) {
  const by = new Map(targets.map((target) => [target.columnId, target]));
  // In the pipeline's order; what is out of reach comes last.
  const rank = (stage: MoveStage) => (by.get(stage.id)?.state === "refused" ? 1 : 0);
  return (
    <ul className="lb-movelist">
      {stages
        .toSorted((a, b) => rank(a) - rank(b))
        .map((stage) => {
          const target = by.get(stage.id);
          const no = target?.state === "refused";
          return (
            <li key={stage.id}>
              <button type="button" aria-disabled={no} onClick={() => !no && onMove(stage.id)}>
                <Tone tone={stage.tone}>{stage.name}</Tone>
                {target?.reason && <span className={no ? "lb-meta lb-faint" : "lb-meta lb-warning"}>{target.reason}</span>}
              </button>
            </li>
          );
        })}
    </ul>
  );
}
