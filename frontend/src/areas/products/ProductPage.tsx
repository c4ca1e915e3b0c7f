import { LeftOutlined } from "@/ui/icons";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import type { Product, ProductVersion } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { findAction } from "@/ui/ActionButton";
import { DetailPage } from "@/ui/DetailPage";
import { useKeys } from "@/ui/keys";
import { Page } from "@/ui/Page";
import { openPlaces } from "@/ui/rules/tree";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { StateTone } from "./columns";
import { CustomersTab } from "./CustomersTab";
import { DraftBar } from "./DraftBar";
import { ProductActions } from "./ProductActions";
import { ProductFacts } from "./ProductFacts";
import { RulesTab } from "./RulesTab";
import { TermsTab } from "./TermsTab";
import { useDraftBody } from "./useDraftBody";
import { useProduct, useVersion } from "./useProducts";
import { VersionsTab } from "./VersionsTab";
import { phaseOf, rulesOf } from "./words";
import "./products.css";

const TABS = ["overview", "rules", "versions", "customers"] as const;

export function ProductPage() {
  const { t } = useTranslation("products");
  const { productId = "" } = useParams();
  const [query] = useSearchParams();
  const product = useProduct(productId);
  const asked = product.data?.versions.find(({ id }) => id === query.get("version"))?.id;
  const versionId = asked ?? product.data?.draft?.id ?? product.data?.current?.id ?? product.data?.versions[0]?.id ?? null;
  const version = useVersion(versionId);
  const failed = product.error ?? version.error;
  if (!product.data || !version.data) {
    return (
      <Page title={t("detail.title")} bare>
        <StateView state={failed ? "error" : "loading"} error={failed} onRetry={() => void (product.error ? product.refetch() : version.refetch())} />
      </Page>
    );
  }
  return <Known key={version.data.id} product={product.data} version={version.data} />;
}

/** A product with one of its versions: the draft to be edited, any other to be read. */
function Known({ product, version }: { product: Product; version: ProductVersion }) {
  const { t } = useTranslation("products");
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const phone = usePhone();
  const [showOpen, setShowOpen] = useState(false);
  const mayEdit = findAction(version.allowedActions, "edit")?.allowed === true;
  const draft = useDraftBody(mayEdit ? version : null);
  const body = draft.body ?? version.body;
  const show = (parts: Record<string, string>) =>
    setQuery(
      (before) => {
        for (const [key, value] of Object.entries(parts)) before.set(key, value);
        return before;
      },
      { replace: true },
    );
  const save = async () => {
    if (!draft.dirty || draft.busy) return;
    if (openPlaces(rulesOf(body)).length > 0) {
      setShowOpen(true);
      show({ tab: "rules" });
      return;
    }
    if (await draft.save()) setShowOpen(false);
  };
  useKeys(t("detail.title"), {
    ...Object.fromEntries(TABS.map((key, index) => [String(index + 1), { run: () => show({ tab: key }), label: t(`detail.tab.${key}`) }])),
    ...(mayEdit ? { "ctrl+s": { run: () => void save(), label: t("draft.save") } } : {}),
    "alt+ArrowLeft": { run: () => void navigate(-1), label: t("detail.back") },
  });
  const bar = mayEdit ? <DraftBar draft={draft} onSave={() => void save()} /> : null;
  const { phase, tone } = phaseOf(version);
  return (
    <DetailPage
      title={t("detail.title")}
      head={
        <>
          <Button type="text" icon={<LeftOutlined />} aria-label={t("detail.back")} onClick={() => void navigate("/products")} />
          <h1>{product.name}</h1>
          <StateTone state={product.state} t={t} />
          <span className="lb-muted">{product.lender.name}</span>
          <VersionPick product={product} version={version} onPick={(id) => show({ version: id })} />
          {product.versions.length < 2 && <Tone tone={tone}>{t(`phase.${phase}`)}</Tone>}
        </>
      }
      actions={<ProductActions product={product} version={version} unsaved={draft.dirty} onDrafted={(made) => show({ version: made.id, tab: "rules" })} />}
      // On phones the facts are part of the overview, so that the other tabs begin at the top.
      facts={phone && (query.get("tab") ?? "overview") !== "overview" ? null : <ProductFacts product={product} version={version} body={body} />}
      tabs={[
        { key: "overview", label: t("detail.tab.overview"), content: <TermsTab version={version} draft={mayEdit ? draft : null} bar={bar} /> },
        { key: "rules", label: t("detail.tab.rules"), content: <RulesTab version={version} draft={mayEdit ? draft : null} showOpen={showOpen} bar={bar} onCustomers={() => show({ tab: "customers" })} /> },
        { key: "versions", label: t("detail.tab.versions"), content: <VersionsTab product={product} /> },
        { key: "customers", label: t("detail.tab.customers"), content: <CustomersTab version={version} unsaved={draft.dirty} /> },
      ]}
    />
  );
}

function VersionPick({ product, version, onPick }: { product: Product; version: ProductVersion; onPick: (versionId: string) => void }) {
  const { t } = useTranslation("products");
  if (product.versions.length < 2) return <span className="lb-muted">{t("version.number", { number: version.number })}</span>;
  const options = product.versions.map((one) => ({ value: one.id, label: t("version.option", { number: one.number, phase: t(`phase.${phaseOf(one).phase}`) }) }));
  return <Select variant="filled" aria-label={t("version.pick")} value={version.id} options={options} popupMatchSelectWidth={false} onChange={onPick} />;
}
