import { useTranslation } from "react-i18next";
import { post, signInBy } from "@/api/session";
import { FactorForm } from "./FactorForm";
import { useCall } from "./useCall";
import type { StepProps } from "./AfterPassword";

/** The second factor at login; a ticket takes a few wrong ones, then the server sends back to the start. */
export function Factor({ step, onAnswer, onRefused }: StepProps) {
  const { t } = useTranslation("signin");
  const { busy, problem, run } = useCall(onRefused);
  const { ticket } = step;
  return (
    <>
      <h1>{t("factor.title")}</h1>
      <FactorForm
        kinds={step.factors}
        busy={busy}
        problem={problem}
        onProof={(proof) => run(() => signInBy("/api/v1/auth/login/factor", { ticket, ...proof })).then((answer) => answer !== undefined && onAnswer(answer))}
        passkeyOptions={async () => (await run(() => post<{ options: Record<string, unknown> }>("/api/v1/auth/login/passkey-options", { ticket })))?.body.options ?? null}
      />
    </>
  );
}
