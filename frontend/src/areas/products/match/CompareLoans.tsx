import { Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import type { LoanIn, MatchItem } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { StateView } from "@/ui/StateView";
import { useFormat } from "@/ui/useFormat";
import { LoanFigures } from "./LoanFigures";
import { useComparison } from "./useLoans";

const useFees = (item: MatchItem) => api.useQuery("get", "/api/v1/product-versions/{version_id}", { params: { path: { version_id: item.versionId } } }, { select: (version) => version.body.fees });

/** Two products side by side for the amount that both give, with the fees of their versions. */
export function CompareLoans({ a, b, onClose }: { a: MatchItem; b: MatchItem; onClose: () => void }) {
  const { t } = useTranslation("match");
  const format = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const feesA = useFees(a);
  const feesB = useFees(b);
  const principalFen = Math.min(a.amountFen ?? 0, b.amountFen ?? 0);
  const loan = ({ months, repayment, ratePpm, rateBasis }: MatchItem, fees: LoanIn["fees"] | undefined): LoanIn | null =>
    months === null || repayment === null || ratePpm === null || rateBasis === null || !fees || principalFen === 0 ? null : { principalFen, months, repayment, rate: { basis: rateBasis, ppm: ratePpm }, fees };
  const loanA = loan(a, feesA.data);
  const loanB = loan(b, feesB.data);
  const comparison = useComparison(loanA, loanB);
  const error = feesA.error ?? feesB.error ?? comparison.error;
  const names = [a.productName, b.productName];
  return (
    <Drawer
      open
      onClose={onClose}
      title={t("compare.title", { money: format.money(principalFen) })}
      placement={phone ? "bottom" : "right"}
      size={phone ? "85dvh" : 560}
      extra={
        loanA && loanB ? (
          <Button onClick={() => void navigate("/calculator", { state: { loans: [loanA, loanB], names } })}>{t("compare.calculator")}</Button>
        ) : null
      }
    >
      {error ? (
        <StateView state="error" error={error} onRetry={() => void Promise.all([feesA.refetch(), feesB.refetch(), comparison.refetch()])} />
      ) : comparison.data ? (
        <div className="lb-stack">
          <LoanFigures names={names} loans={[comparison.data.a, comparison.data.b]} comparison={comparison.data} />
        </div>
      ) : (
        <StateView state="loading" />
      )}
    </Drawer>
  );
}
