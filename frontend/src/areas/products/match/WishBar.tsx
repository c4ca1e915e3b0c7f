import { useTranslation } from "react-i18next";
import { ChipGroup } from "@/ui/ChipGroup";
import type { QualificationField } from "@/ui/qualification";
import { QualificationInput } from "@/ui/QualificationInput";
import { aims, type Wish } from "./useMatch";

interface WishBarProps {
  wish: Wish;
  fields: ReadonlyMap<string, QualificationField>;
  /** What the customer is known to want, shown until something else is typed. */
  known?: { amountFen: number | null; months: number | null };
  onChange: (wish: Wish) => void;
  /** The wanted amount and term are asked elsewhere on the page. */
  aimOnly?: boolean;
}

/** How much, how long, and by what the products are ordered: the customer's cost unless chosen otherwise. */
export function WishBar({ wish, fields, known, onChange, aimOnly = false }: WishBarProps) {
  const { t } = useTranslation("match");
  const amount = fields.get("wantedAmount");
  const months = fields.get("wantedMonths");
  return (
    <div className="lb-match-wish">
      {!aimOnly && amount && months && (
        <>
          <label className="lb-match-wanted">
            <span className="lb-meta lb-muted">{amount.title}</span>
            <QualificationInput field={amount} value={wish.amountFen ?? known?.amountFen ?? null} cities={[]} onChange={(value) => onChange({ ...wish, amountFen: value as number | null })} />
          </label>
          <label className="lb-match-wanted">
            <span className="lb-meta lb-muted">{months.title}</span>
            <QualificationInput field={months} value={wish.months ?? known?.months ?? null} cities={[]} onChange={(value) => onChange({ ...wish, months: value as number | null })} />
          </label>
        </>
      )}
      <div className={aimOnly ? "lb-row lb-row-wrap" : "lb-stack lb-stack-tight"}>
        <span className="lb-meta lb-muted">{t("aim.label")}</span>
        <ChipGroup label={t("aim.label")} value={wish.aim} onChange={(aim) => onChange({ ...wish, aim })} options={aims.map((value) => ({ value, label: t(`aim.${value}`) }))} />
      </div>
    </div>
  );
}
