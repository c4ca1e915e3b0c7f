import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Product, ProductVersion, VersionBody } from "@/api/types";
import { Facts } from "@/ui/Facts";
import { Figure } from "@/ui/Figure";
import { exact } from "@/ui/format";
import { useFormat } from "@/ui/useFormat";
import { moneySpan, rateWords, termsWords } from "./words";

/** What one says of a product on the phone: amount, rate, term, how fast. */
export function ProductFacts({ product, version, body }: { product: Product; version: ProductVersion; body: VersionBody }) {
  const { t } = useTranslation(["products", "match"]);
  const format = useFormat();
  const at = (iso: string | null) => (iso ? exact(Date.parse(iso)) : null);
  return (
    <>
      <Figure label={t("body.amount")} value={moneySpan(body, format.english)} />
      <Facts
        facts={[
          { key: "rate", label: t("body.rate"), value: rateWords(body.rate, t) },
          { key: "terms", label: t("body.terms"), value: termsWords(body.terms, t) },
          { key: "hours", label: t("body.approvalHours"), value: t("body.hours", { hours: body.approvalHours }) },
          { key: "kind", label: t("column.kind"), value: t(`kind.${product.kind}`) },
          { key: "lender", label: t("column.lender"), value: <Link to={`/lenders?row=${product.lender.id}`}>{product.lender.name}</Link> },
          { key: "from", label: t("version.from"), value: at(version.effectiveFrom) },
          ...(version.effectiveTo ? [{ key: "to", label: t("version.to"), value: at(version.effectiveTo) }] : []),
          { key: "approved", label: t("version.approvedBy"), value: version.approvedBy?.displayName ?? null },
          { key: "note", label: t("version.note"), value: version.note },
          ...(product.enabledReason ? [{ key: "enabled", label: t("detail.enabledReason"), value: product.enabledReason }] : []),
        ]}
      />
    </>
  );
}
