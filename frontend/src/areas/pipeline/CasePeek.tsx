import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Case } from "@/api/types";
import { Facts } from "@/ui/Facts";
import { yuan } from "@/ui/format";
import { Person } from "@/ui/Person";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { feeWords } from "./amounts";
import { caseName } from "./caseName";
import { Steps } from "./Steps";
import { useCase, useHistory } from "./useCases";

/** The first look at a case: where it stands and its terms. */
export function CasePeek({ caseId }: { caseId: string }) {
  const found = useCase(caseId);
  const history = useHistory(caseId);
  if (!found.data) return <StateView state={found.error ? "error" : "loading"} error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <>
      <Steps found={found.data} history={history.data?.items ?? []} />
      <CaseFacts found={found.data} />
    </>
  );
}

export function CaseFacts({ found }: { found: Case }) {
  const { t } = useTranslation(["pipeline", "products"]);
  const format = useFormat();
  const money = (fen: number | null) => (fen === null ? null : <span title={yuan(fen)}>{format.money(fen)}</span>);
  return (
    <Facts
      facts={[
        { key: "customer", label: t("column.customer"), value: <Link to={`/customers/${found.customer.id}`}>{caseName(found)}</Link> },
        { key: "phone", label: t("column.phone"), value: found.customer.phone ? <Masked value={found.customer.phone} /> : null },
        { key: "number", label: t("column.number"), value: found.number },
        { key: "product", label: t("column.product"), value: found.product?.name ?? t("facts.noProduct", { kind: t(`products:kind.${found.productKind}`) }) },
        { key: "lender", label: t("column.lender"), value: found.product?.lenderName },
        { key: "wanted", label: t("facts.wanted"), value: money(found.wantedFen) },
        { key: "months", label: t("form.months"), value: found.wantedMonths ? t("submission.months", { count: found.wantedMonths }) : t("common:unknown") },
        { key: "approved", label: t("facts.approved"), value: money(found.approvedFen) },
        { key: "disbursed", label: t("facts.disbursed"), value: money(found.disbursedFen) },
        { key: "fee", label: t("facts.fee"), value: found.feeAgreedAt ? <span title={format.exact(found.feeAgreedAt)}>{feeWords(found, t, format.english)}</span> : t("fee.none") },
        { key: "owner", label: t("column.owner"), value: <Person person={found.owner} /> },
        { key: "team", label: t("column.team"), value: found.team?.name },
        { key: "channel", label: t("column.channel"), value: found.channel?.name },
        { key: "city", label: t("column.city"), value: found.city?.name },
        { key: "created", label: t("column.created"), value: format.exact(found.createdAt).slice(0, 16) },
        ...(found.closedAt ? [{ key: "closed", label: t("facts.closed"), value: format.exact(found.closedAt).slice(0, 16) }] : []),
        ...(found.lostReason ? [{ key: "lost", label: t("column.lost"), value: t(`lostReason.${found.lostReason}`) }] : []),
      ]}
    />
  );
}
