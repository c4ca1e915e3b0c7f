import { ArrowDownOutlined, ArrowUpOutlined, ReloadOutlined } from "@/ui/icons";
import { Button, Checkbox, Popover, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { rowHeight, type Density } from "@/theme/tokens";
import { useFormat, useNow } from "../useFormat";
import type { useTableSettings } from "./settings";

const densities = Object.keys(rowHeight) as Density[];

/** Columns, density and refresh with the age of the data. */
export function TableToolbar<R>({ settings, updatedAt, busy, onRefresh }: { settings: ReturnType<typeof useTableSettings<R>>; updatedAt: number; busy: boolean; onRefresh: () => void }) {
  const { t } = useTranslation("ui");
  const format = useFormat();
  const now = useNow(30_000);
  const age = updatedAt ? t("table.updated", { time: format.relative(new Date(updatedAt).toISOString(), now) }) : "";
  return (
    <div className="lb-row">
      <Popover trigger="click" placement="bottomRight" content={<Columns settings={settings} />}>
        <Button type="text">{t("table.columns")}</Button>
      </Popover>
      <Popover
        trigger="click"
        placement="bottomRight"
        content={<Radio.Group vertical value={settings.density} onChange={(event) => settings.setDensity(event.target.value as Density)} options={densities.map((value) => ({ value, label: t(`common:density.${value}`) }))} />}
      >
        <Button type="text">{t("table.density")}</Button>
      </Popover>
      <Button type="text" icon={<ReloadOutlined spin={busy} />} aria-label={t("table.refresh")} title={age} onClick={onRefresh} />
    </div>
  );
}

function Columns<R>({ settings }: { settings: ReturnType<typeof useTableSettings<R>> }) {
  const { t } = useTranslation("ui");
  const movable = settings.ordered.filter((column) => !column.pin);
  const toggle = (key: string, on: boolean) => settings.setHidden(on ? settings.hidden.filter((other) => other !== key) : [...settings.hidden, key]);
  return (
    <div className="lb-stack lb-filter-panel">
      <ul className="lb-filter-list">
        {movable.map((column) => (
          <li key={column.key} className="lb-row lb-between">
            <Checkbox checked={!settings.hidden.includes(column.key)} onChange={(event) => toggle(column.key, event.target.checked)}>
              {column.title}
            </Checkbox>
            <span>
              <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t("table.moveUp", { column: column.title })} onClick={() => settings.move(column.key, -1)} />
              <Button type="text" size="small" icon={<ArrowDownOutlined />} aria-label={t("table.moveDown", { column: column.title })} onClick={() => settings.move(column.key, 1)} />
            </span>
          </li>
        ))}
      </ul>
      <Button size="small" onClick={settings.reset}>
        {t("table.reset")}
      </Button>
    </div>
  );
}
