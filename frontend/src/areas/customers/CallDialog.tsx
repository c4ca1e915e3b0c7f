import { Button, Modal } from "antd";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { CustomerRow } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Ring, useReveal, type RevealReason } from "@/ui/Reveal";
import { Intent, StageTone } from "@/ui/Tone";
import { useFollowUp } from "./FollowUp";
import "./customers.css";
import { nameOf } from "./nameOf";

export function CallDialog({ row, onClose }: { row: CustomerRow; onClose: () => void }) {
  const { t } = useTranslation("customers");
  return (
    <Modal open onCancel={onClose} footer={null} title={t("call.title")} width={400}>
      <CallSheet row={row} onClose={onClose} />
    </Modal>
  );
}

function CallSheet({ row, onClose }: { row: CustomerRow; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const phone = usePhone();
  const ask = useCallback(
    (reason: RevealReason) => data(client.POST("/api/v1/customers/{customer_id}/reveal", { params: { path: { customer_id: row.id } }, body: { field: "phone", reason } })),
    [row.id],
  );
  const { shown, refusal, busy, reveal } = useReveal(ask);
  useEffect(() => {
    void reveal({ code: "call" });
  }, [reveal]);
  const followUp = useFollowUp();
  return (
    <div className="lb-stack" style={{ alignItems: "center" }}>
      <span className="lb-row">
        <strong>{nameOf(row.name)}</strong>
        <Intent intent={row.intent} />
        <StageTone stage={row.stage} />
      </span>
      <span className="lb-row lb-call-number" role="status">
        {shown ? (
          <>
            {phone ? <a href={`tel:${shown.value}`}>{shown.value}</a> : shown.value}
            <Ring until={shown.until} />
          </>
        ) : busy ? (
          t("call.fetching")
        ) : (
          <span className="lb-masked">{row.phone?.value}</span>
        )}
      </span>
      {refusal && (
        <p className="lb-danger" role="alert">
          {refusal}
        </p>
      )}
      <p className="lb-meta lb-muted">{shown ? t("call.left", { count: shown.remainingHour }) : t("call.recorded")}</p>
      <span className="lb-row">
        {!shown && !busy && <Button onClick={() => void reveal({ code: "call" })}>{t("call.again")}</Button>}
        <Button
          type="primary"
          onClick={() => {
            onClose();
            followUp(row);
          }}
        >
          {t("call.followUp")}
        </Button>
      </span>
    </div>
  );
}
