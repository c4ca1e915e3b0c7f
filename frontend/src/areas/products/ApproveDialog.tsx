import { Alert, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { ProductVersion } from "@/api/types";
import { MomentPick } from "@/ui/MomentPick";
import { useFormat } from "@/ui/useFormat";
import { useSettled } from "./useProducts";

/** Approves a draft: from then on it never changes; it takes over now or at a time. */
export function ApproveDialog({ version, onClose }: { version: ProductVersion; onClose: () => void }) {
  const { t } = useTranslation("products");
  const format = useFormat();
  const settled = useSettled();
  const [later, setLater] = useState(false);
  const [at, setAt] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [key] = useState(newIdempotencyKey);
  const approve = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await data(client.POST("/api/v1/product-versions/{version_id}/approve", { params: { path: { version_id: version.id }, header: { ...ifMatch(version.version), "Idempotency-Key": key } }, body: { effectiveFrom: later ? at : null } }));
      onClose();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
      setBusy(false);
    }
    await settled();
  };
  return (
    <Modal open onCancel={onClose} title={t("approve.title", { number: version.number })} okText={t("action.approve")} okButtonProps={{ disabled: later && at === null, loading: busy }} onOk={() => void approve()} width={480}>
      <div className="lb-stack">
        <p className="lb-muted">{t("approve.detail")}</p>
        {problem && <Alert type="error" showIcon title={problem.message} description={problem.errors.map(({ message }) => message).join(" ") || undefined} />}
        <Radio.Group
          aria-label={t("approve.when")}
          value={later}
          onChange={(event) => setLater(event.target.value as boolean)}
          options={[
            { value: false, label: t("approve.now") },
            { value: true, label: t("approve.later") },
          ]}
        />
        {later && <MomentPick label={t("approve.when")} value={at} onChange={setAt} />}
        {later && at && <p>{t("approve.at", { time: format.exact(at) })}</p>}
      </div>
    </Modal>
  );
}
