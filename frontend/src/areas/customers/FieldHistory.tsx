import { Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { usePhone } from "@/theme/mode";
import { factText, type CityName, type FactValue, type QualificationField } from "@/ui/qualification";
import { StateView } from "@/ui/StateView";
import { Timeline, type Moment } from "@/ui/Timeline";
import { useFormat } from "@/ui/useFormat";
import { useFieldHistory } from "./useQualification";

interface FieldHistoryProps {
  customerId: string;
  field: QualificationField | null;
  cities: readonly CityName[];
  onClose: () => void;
}

/** The values a field has had, who told them and where from; newest first. */
export function FieldHistory({ customerId, field, cities, onClose }: FieldHistoryProps) {
  const { t } = useTranslation("customers");
  const phone = usePhone();
  return (
    <Drawer open={field !== null} onClose={onClose} title={field ? t("qualification.historyOf", { title: field.title }) : null} placement={phone ? "bottom" : "right"} size={phone ? "70dvh" : 400} destroyOnHidden>
      {field && <Told customerId={customerId} field={field} cities={cities} />}
    </Drawer>
  );
}

function Told({ customerId, field, cities }: { customerId: string; field: QualificationField; cities: readonly CityName[] }) {
  const { t } = useTranslation(["customers", "ui"]);
  const format = useFormat();
  const history = useFieldHistory(customerId, field.code);
  const entries = history.data?.pages.flatMap((page) => page.items) ?? [];
  if (history.isPending || (history.error && entries.length === 0)) return <StateView state={history.error ? "error" : "loading"} error={history.error} onRetry={() => void history.refetch()} />;
  if (entries.length === 0) return <StateView title={t("qualification.historyEmpty")} />;
  const moments: Moment[] = entries.map((entry) => ({
    id: entry.id,
    at: entry.at,
    actor: entry.by?.displayName ?? t("timeline.system"),
    text: <strong>{factText(field, entry.value as FactValue | null, cities, format.english, (key, values) => String(t(key, { ...values })))}</strong>,
    detail: <span className="lb-meta lb-muted">{t(`qualification.sources.${entry.source}`)}</span>,
  }));
  return (
    <Timeline
      moments={moments}
      more={
        history.hasNextPage && (
          <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {t("timeline.more")}
          </Button>
        )
      }
    />
  );
}
