import { Button } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProductVersion } from "@/api/types";
import { isProblem } from "@/api/problem";
import { RuleBuilder } from "@/ui/rules/RuleBuilder";
import { RuleReading } from "@/ui/rules/RuleReading";
import { openPlaces } from "@/ui/rules/tree";
import type { RuleField, Rules } from "@/ui/rules/types";
import { Loading, StateView } from "@/ui/StateView";
import type { DraftBody } from "./useDraftBody";
import { useFields, useLiveCheck, usePlaces } from "./useProducts";
import { rulesOf } from "./words";

interface RulesTabProps {
  version: ProductVersion;
  draft: DraftBody | null;
  showOpen: boolean;
  bar: ReactNode;
  onCustomers: () => void;
}

/** Whom the product accepts: edited on the draft with a live check, read aloud on the others. */
export function RulesTab({ version, draft, showOpen, bar, onCustomers }: RulesTabProps) {
  const fields = useFields();
  if (!fields) return <Loading />;
  if (draft?.body) return <Editor draft={draft} fields={fields} showOpen={showOpen} bar={bar} onCustomers={onCustomers} />;
  return <RuleReading rules={rulesOf(version.body)} readsAs={version.readsAs} sentence={version.sentence} fields={fields} />;
}

function Editor({ draft, fields, showOpen, bar, onCustomers }: { draft: DraftBody; fields: readonly RuleField[]; showOpen: boolean; bar: ReactNode; onCustomers: () => void }) {
  const { t } = useTranslation("products");
  const places = usePlaces();
  const body = draft.body;
  const rules = useMemo(() => (body ? rulesOf(body) : { conditions: [], limit: null, rate: null }), [body]);
  const complete = useMemo(() => openPlaces(rules).length === 0, [rules]);
  const live = useLiveCheck({ rules, cities: body?.cities ?? [], amountMinFen: body?.amountMinFen ?? 0, terms: body?.terms ?? [] }, complete);
  // A refused save tells of the same places; the live check is the newer word.
  const { problem } = draft;
  const errors = useMemo(() => live.check?.errors ?? problem?.errors.filter(({ pointer }) => pointer.includes("/rules")) ?? [], [live.check, problem]);
  if (!body) return null;
  const failed = isProblem(live.failed) && live.failed.status !== 422 ? live.failed : null;
  return (
    <div className="lb-stack">
      {failed && <StateView state="error" error={failed} />}
      <RuleBuilder
        rules={rules}
        onChange={(next: Rules) => draft.change({ ...body, rules: next as unknown as typeof body.rules })}
        fields={fields}
        places={places}
        errors={errors}
        sentence={live.check?.sentence || undefined}
        passes={live.passes}
        checking={live.checking}
        showOpen={showOpen}
        disabled={draft.busy}
        aside={
          draft.dirty ? null : (
            <Button type="link" size="small" onClick={onCustomers}>
              {t("customers.show")}
            </Button>
          )
        }
        foot={bar}
      />
    </div>
  );
}
