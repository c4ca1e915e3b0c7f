import { Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { api, client, data } from "@/api/client";
import type { Problem } from "@/api/problem";
import { usePhone } from "@/theme/mode";
import { StateView } from "@/ui/StateView";
import { FactorForm, type Proof } from "./signin/FactorForm";
import { useCall } from "./signin/useCall";

// Over popovers too: a reveal waits in one.
const OVER_ALL = 1100;

/** Confirms identity by what the server offers: second factor, or the password for who has none. */
export function StepUpDialog({ why, onDone }: { why: Problem; onDone: (confirmed: boolean) => void }) {
  const { t } = useTranslation("signin");
  const phone = usePhone();
  // The passkey's challenge works once, so a failed one is asked for again.
  const options = api.useQuery("get", "/api/v1/auth/step-up", {}, { staleTime: 0, gcTime: 0, refetchOnWindowFocus: false });
  const { busy, problem, run } = useCall();
  const confirm = async (proof: Proof, state: string | null) => {
    const body = { password: null, code: null, credential: null, ...proof, state };
    const confirmed = await run(() => data(client.POST("/api/v1/auth/step-up", { body })));
    if (confirmed) onDone(true);
    else if (proof.kind === "passkey") void options.refetch();
  };
  return (
    <Modal open centered={!phone} title={t("stepUp.title")} width={400} zIndex={OVER_ALL} mask={{ closable: false }} onCancel={() => onDone(false)} footer={<Button onClick={() => onDone(false)}>{t("stepUp.cancel")}</Button>}>
      <div className="lb-stack">
        <p className="lb-muted">{why.message}</p>
        {options.data ? (
          <FactorForm
            kinds={options.data.kinds}
            busy={busy}
            problem={problem}
            onProof={(proof) => confirm(proof, proof.kind === "passkey" ? (options.data?.state ?? null) : null)}
            passkeyOptions={() => Promise.resolve(options.data?.passkey ?? null)}
          />
        ) : (
          <StateView state={options.error ? "error" : "loading"} error={options.error} onRetry={() => void options.refetch()} />
        )}
      </div>
    </Modal>
  );
}
