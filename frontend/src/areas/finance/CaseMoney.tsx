import { PlusOutlined, RollbackOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { Case, CaseReceipts, Receipt } from "@/api/types";
import { ReasonForm } from "@/areas/pipeline/forms";
import { caseChanged } from "@/areas/pipeline/live";
import type { Show } from "@/ui/useDialog";
import { Can } from "@/ui/ActionButton";
import { yuan } from "@/ui/format";
import { Section } from "@/ui/Page";
import { Masked } from "@/ui/Reveal";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";
import { ReceiptForm } from "./ReceiptForm";
import { useCaseReceipts } from "./useReceipts";
import "./finance.css";

/** The fee of a case: what is due, what came in, what was taken back, what is left, and each receipt. */
export function CaseMoney({ found, show }: { found: Case; show: Show }) {
  const { t } = useTranslation("finance");
  const money = useCaseReceipts(found.id);
  if (!money.data) return <StateView state={money.error ? "error" : "loading"} error={money.error} onRetry={() => void money.refetch()} />;
  const { outstandingFen, items } = money.data;
  const record = () => show(t("receipt.record"), (close) => <ReceiptForm row={found} outstandingFen={outstandingFen} onDone={close} onCancel={close} />);
  return (
    <div className="lb-stack">
      <Sums money={money.data} />
      <Section
        title={t("receipt.title")}
        extra={
          <Can permission="finance.record">
            <Button icon={<PlusOutlined />} onClick={record}>
              {t("receipt.record")}
            </Button>
          </Can>
        }
      >
        {items.length === 0 ? (
          <StateView title={t("receipt.none")} detail={t(found.dueFen > 0 ? "receipt.noneDetail" : "receipt.notDue")} />
        ) : (
          <ul className="lb-lines">
            {items.map((receipt) => (
              <ReceiptLine key={receipt.id} found={found} receipt={receipt} show={show} />
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

/** due = received + reversed + outstanding, as the server has them. */
export function Sums({ money }: { money: Pick<CaseReceipts, "dueFen" | "receivedFen" | "reversedFen" | "outstandingFen"> }) {
  const { t } = useTranslation("finance");
  const all = [
    ["due", money.dueFen],
    ["received", money.receivedFen],
    ["reversed", money.reversedFen],
    ["outstanding", money.outstandingFen],
  ] as const;
  return (
    <dl className="lb-sums">
      {all.map(([key, fen]) => (
        <div key={key}>
          <dt className="lb-meta lb-muted">{t(`sum.${key}`)}</dt>
          <dd className={fen < 0 ? "lb-danger" : key === "outstanding" && fen > 0 ? "lb-warning" : undefined}>{yuan(fen)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ReceiptLine({ found, receipt, show }: { found: Case; receipt: Receipt; show: Show }) {
  const { t } = useTranslation("finance");
  const format = useFormat();
  const now = useNow(30_000);
  const cache = useQueryClient();
  const back = receipt.reversesId !== null;
  const send = (reason: string, idempotencyKey: string) => data(client.POST("/api/v1/receipts/{receipt_id}/reverse", { params: { path: { receipt_id: receipt.id }, header: { "Idempotency-Key": idempotencyKey } }, body: { reason } }));
  const done = async (close: () => void) => {
    await caseChanged(cache, found.id, found.customer.id);
    close();
  };
  return (
    <li className="lb-line">
      <div className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong className={back ? "lb-danger" : receipt.reversed ? "lb-struck" : undefined}>{yuan(receipt.amountFen)}</strong>
          <span className="lb-muted">{t(`method.${receipt.method}`)}</span>
          {back && <Tone tone="red">{t("receipt.reversal")}</Tone>}
          {receipt.reversed && <Tone tone="grey">{t("receipt.reversed")}</Tone>}
        </span>
        <span className="lb-meta lb-muted">
          {t("receipt.on", { day: receipt.receivedOn, time: format.relative(receipt.recordedAt, now) })}
          {receipt.by && ` · ${receipt.by.displayName}`}
        </span>
        {receipt.note && (
          <span className="lb-meta">
            <Masked value={receipt.note} />
          </span>
        )}
      </div>
      {!back && !receipt.reversed && (
        <Can permission="finance.reverse">
          <Button
            icon={<RollbackOutlined />}
            onClick={() => show(t("receipt.reverse"), (close) => <ReasonForm label={t("receipt.reverseReason")} submitLabel={t("receipt.reverseOf", { amount: yuan(receipt.amountFen) })} send={send} onDone={() => void done(close)} onCancel={close} />)}
          >
            {t("receipt.reverse")}
          </Button>
        </Can>
      )}
    </li>
  );
}
