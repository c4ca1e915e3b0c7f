import { DownOutlined, MoreOutlined, PlusOutlined, RightOutlined } from "@/ui/icons";
import { Button, Dropdown } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrgUnit } from "@/api/types";
import { Can } from "@/ui/ActionButton";
import type { Show } from "@/ui/useDialog";
import { MoveUnit, NewUnit, RemoveUnit, RenameUnit } from "./UnitForms";
import { unitTree, type UnitNode } from "./useOrg";

interface OrgTreeProps {
  units: readonly OrgUnit[];
  /** null is the whole company. */
  selected: string | null;
  onSelect: (unitId: string | null) => void;
  show: Show;
}

/** The units of the company; the chosen one can be worked on. */
export function OrgTree({ units, selected, onSelect, show }: OrgTreeProps) {
  const { t } = useTranslation("org");
  const tree = useMemo(() => unitTree(units), [units]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const unit = units.find(({ id }) => id === selected) ?? units.find(({ parentId }) => parentId === null);
  const fold = (id: string) =>
    setFolded((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  const dialogs: Record<string, (chosen: OrgUnit) => void> = {
    rename: (chosen) => show(t("unit.renameTitle", { name: chosen.name }), (close) => <RenameUnit unit={chosen} onDone={close} />),
    move: (chosen) => show(t("unit.moveTitle", { name: chosen.name }), (close) => <MoveUnit unit={chosen} units={units} onDone={close} />),
    remove: (chosen) =>
      show(t("unit.removeTitle", { name: chosen.name }), (close) => (
        <RemoveUnit
          unit={chosen}
          onDone={() => {
            close();
            onSelect(chosen.parentId);
          }}
        />
      )),
  };
  const isRoot = unit?.parentId === null;
  return (
    <nav className="lb-orgtree" aria-label={t("tree.label")}>
      <header className="lb-row lb-between">
        <h2>{t("tree.title")}</h2>
        <Can permission="access.units.manage">
          {unit && (
            <span className="lb-row" style={{ gap: 0 }}>
              {unit.kind !== "team" && (
                <Button
                  type="text"
                  icon={<PlusOutlined />}
                  aria-label={t("unit.newUnder", { name: unit.name })}
                  title={t("unit.newUnder", { name: unit.name })}
                  onClick={() => show(t("unit.newUnder", { name: unit.name }), (close) => <NewUnit parent={unit} onDone={(made) => (close(), onSelect(made.id))} />)}
                />
              )}
              <Dropdown
                trigger={["click"]}
                menu={{
                  onClick: ({ key }) => dialogs[key]?.(unit),
                  items: [
                    { key: "rename", label: t("unit.rename") },
                    ...(isRoot
                      ? []
                      : [
                          { key: "move", label: t("unit.move") },
                          { key: "remove", label: t("unit.remove"), danger: true },
                        ]),
                  ],
                }}
              >
                <Button type="text" icon={<MoreOutlined />} aria-label={t("unit.more", { name: unit.name })} />
              </Dropdown>
            </span>
          )}
        </Can>
      </header>
      <Branch nodes={tree} selected={selected} folded={folded} onFold={fold} onSelect={onSelect} />
    </nav>
  );
}

interface BranchProps {
  nodes: readonly UnitNode[];
  selected: string | null;
  folded: ReadonlySet<string>;
  onFold: (id: string) => void;
  onSelect: (unitId: string | null) => void;
}
function Branch({ nodes, selected, folded, onFold, onSelect }: BranchProps) {
  const { t } = useTranslation("org");
  return (
    <ul>
      {nodes.map(({ unit, depth, children }) => {
        const root = unit.parentId === null;
        const here = root ? selected === null || selected === unit.id : selected === unit.id;
        const open = !folded.has(unit.id);
        return (
          <li key={unit.id}>
            <div className="lb-orgtree-line" data-here={here} style={{ paddingInlineStart: depth * 16 }}>
              {children.length > 0 && !root ? (
                <button type="button" className="lb-plain lb-orgtree-fold" aria-expanded={open} aria-label={t(open ? "tree.fold" : "tree.unfold", { name: unit.name })} onClick={() => onFold(unit.id)}>
                  {open ? <DownOutlined /> : <RightOutlined />}
                </button>
              ) : (
                <span className="lb-orgtree-fold" />
              )}
              <button type="button" className="lb-plain lb-grow lb-ellipsis" aria-current={here ? "true" : undefined} title={unit.name} onClick={() => onSelect(root ? null : unit.id)}>
                {unit.name}
              </button>
            </div>
            {children.length > 0 && open && <Branch nodes={children} selected={selected} folded={folded} onFold={onFold} onSelect={onSelect} />}
          </li>
        );
      })}
    </ul>
  );
}
