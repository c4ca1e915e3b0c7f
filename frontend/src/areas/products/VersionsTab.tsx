import { Button, Select, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Product, ProductVersion, VersionSummary } from "@/api/types";
import { day } from "@/ui/format";
import { Loading, StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";
import { useComparison, useFields, usePlaces, useVersion } from "./useProducts";
import { phaseOf, useBodyLines } from "./words";

/** All versions, newest first, and any two of them side by side. */
export function VersionsTab({ product }: { product: Product }) {
  const { t } = useTranslation("products");
  const [newest, second] = product.versions;
  const [pair, setPair] = useState<{ was: string; now: string } | null>(null);
  const option = (one: VersionSummary) => ({ value: one.id, label: t("version.option", { number: one.number, phase: t(`phase.${phaseOf(one).phase}`) }) });
  const options = product.versions.map(option);
  return (
    <div className="lb-stack">
      <ul className="lb-versions">
        {product.versions.map((version, index) => {
          const before = product.versions[index + 1];
          return <VersionRow key={version.id} product={product} version={version} onCompare={before ? () => setPair({ was: before.id, now: version.id }) : null} />;
        })}
      </ul>
      {newest && second && (
        <section className="lb-stack" aria-label={t("compare.title")}>
          <div className="lb-row lb-row-wrap">
            <h3>{t("compare.title")}</h3>
            <Select aria-label={t("compare.was")} value={pair?.was ?? second.id} options={options} popupMatchSelectWidth={false} onChange={(was) => setPair({ now: pair?.now ?? newest.id, was })} />
            <span className="lb-muted" aria-hidden>
              →
            </span>
            <Select aria-label={t("compare.now")} value={pair?.now ?? newest.id} options={options} popupMatchSelectWidth={false} onChange={(now) => setPair({ was: pair?.was ?? second.id, now })} />
            {!pair && <Button onClick={() => setPair({ was: second.id, now: newest.id })}>{t("compare.start")}</Button>}
          </div>
          {pair && <Comparison key={`${pair.was}-${pair.now}`} was={pair.was} now={pair.now} />}
        </section>
      )}
    </div>
  );
}

function VersionRow({ product, version, onCompare }: { product: Product; version: VersionSummary; onCompare: (() => void) | null }) {
  const { t } = useTranslation("products");
  const format = useFormat();
  const now = useNow(30_000);
  const { phase, tone } = phaseOf(version);
  const from = version.effectiveFrom && day(Date.parse(version.effectiveFrom));
  const to = version.effectiveTo && day(Date.parse(version.effectiveTo));
  return (
    <li className="lb-version">
      <span className="lb-row">
        <strong>{t("version.number", { number: version.number })}</strong>
        <Tone tone={tone}>{t(`phase.${phase}`)}</Tone>
      </span>
      <span className="lb-stack lb-stack-tight lb-grow">
        {version.note && <span>{version.note}</span>}
        <span className="lb-meta lb-muted">
          {t("version.made", { name: version.createdBy?.displayName ?? t("version.system"), time: format.relative(version.createdAt, now) })}
          {version.approvedBy && version.approvedAt ? t("version.approvedWords", { name: version.approvedBy.displayName, time: format.relative(version.approvedAt, now) }) : ""}
        </span>
        {from && <span className="lb-meta lb-muted">{to ? t("version.span", { from, to }) : t("version.since", { from })}</span>}
      </span>
      <span className="lb-row">
        {onCompare && (
          <Button size="small" onClick={onCompare}>
            {t("compare.before")}
          </Button>
        )}
        <Link to={`/products/${product.id}?tab=rules&version=${version.id}`}>{t(version.state === "draft" ? "version.edit" : "version.read")}</Link>
      </span>
    </li>
  );
}

function Comparison({ was, now }: { was: string; now: string }) {
  const { t } = useTranslation("products");
  const left = useVersion(was);
  const right = useVersion(now);
  const changes = useComparison(was, now);
  const error = left.error ?? right.error ?? changes.error;
  if (was === now) return <p className="lb-muted">{t("compare.same")}</p>;
  if (error) return <StateView state="error" error={error} onRetry={() => void Promise.all([left.refetch(), right.refetch(), changes.refetch()])} />;
  if (!left.data || !right.data || !changes.data) return <Loading />;
  return <Columns was={left.data} now={right.data} changed={changes.data.changes.map(({ path, text }) => ({ path, text }))} />;
}

/** Two versions line by line; what changed is marked, and told in the server's words. */
function Columns({ was, now, changed }: { was: ProductVersion; now: ProductVersion; changed: { path: string; text: string }[] }) {
  const { t } = useTranslation(["products", "rules", "ui"]);
  const lines = useBodyLines(useFields(), usePlaces());
  const [all, setAll] = useState(false);
  const before = lines(was);
  const after = lines(now);
  const paths = [...new Set([...after, ...before].map(({ path }) => path))];
  const touches = (path: string) => changed.filter((change) => change.path === path || change.path.startsWith(`${path}/`));
  const rows = paths
    .map((path) => {
      const old = before.find((line) => line.path === path);
      const next = after.find((line) => line.path === path);
      return { path, label: (next ?? old)?.label ?? "", old: old?.text ?? null, next: next?.text ?? null, why: touches(path) };
    })
    .filter(({ why }) => all || why.length > 0);
  const told = new Set(rows.flatMap(({ why }) => why));
  const others = changed.filter((change) => !told.has(change));
  return (
    <div className="lb-stack">
      <div className="lb-row lb-between">
        <span>{changed.length === 0 ? t("compare.none") : t("compare.count", { count: changed.length })}</span>
        <label className="lb-row">
          <Switch size="small" checked={all} onChange={setAll} />
          {t("compare.all")}
        </label>
      </div>
      {rows.length > 0 && (
        <div className="lb-compare" role="table" aria-label={t("compare.title")}>
          <div role="row" className="lb-compare-head">
            <span role="columnheader">{t("compare.what")}</span>
            <span role="columnheader">{t("version.number", { number: was.number })}</span>
            <span role="columnheader">{t("version.number", { number: now.number })}</span>
          </div>
          {rows.map(({ path, label, old, next, why }) => (
            <div key={path} role="row" data-changed={why.length > 0}>
              <span role="rowheader" className="lb-muted">
                {label}
              </span>
              <span role="cell">{why.length > 0 && old !== null ? <del>{old}</del> : (old ?? t("compare.absent"))}</span>
              <span role="cell">{why.length > 0 && next !== null ? <ins>{next}</ins> : (next ?? t("compare.absent"))}</span>
            </div>
          ))}
        </div>
      )}
      {others.map(({ path, text }) => (
        <p key={path}>{text}</p>
      ))}
    </div>
  );
}
