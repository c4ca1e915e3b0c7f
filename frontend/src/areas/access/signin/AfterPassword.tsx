import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";
import type { LoginStep } from "@/api/types";
import { Approval } from "./Approval";
import { Enrol } from "./Enrol";
import { Factor } from "./Factor";
import { NewPassword } from "./NewPassword";
import { Refusal } from "./Refusal";
import { refusalName } from "./refusals";
import "./signin.css";

/** What stands between the right password and the session. */
export type Pending = { step: LoginStep } | { refusal: Problem };

export interface StepProps {
  step: LoginStep;
  /** The next step, or null when the session is open. */
  onAnswer: (answer: LoginStep | null) => void;
  onRefused: (problem: Problem) => void;
}

interface AfterPasswordProps {
  pending: Pending;
  onPending: (pending: Pending) => void;
  onOpen: () => void;
  /** Back to account and password, with what to say there. */
  onBack: (problem: Problem | null) => void;
}

const steps = { factor: Factor, enrol: Enrol, approval: Approval, password: NewPassword } as const;
const isStep = (next: string): next is keyof typeof steps => next in steps;

/** Everything after the password, without antd: the login page and the lock load it when it is needed. */
export function AfterPassword({ pending, onPending, onOpen, onBack }: AfterPasswordProps) {
  const { t } = useTranslation("signin");
  const onAnswer = useCallback((answer: LoginStep | null) => (answer ? onPending({ step: answer }) : onOpen()), [onPending, onOpen]);
  const onRefused = useCallback(
    (problem: Problem) => {
      if (refusalName(problem)) onPending({ refusal: problem });
      else if (problem.code === "access.ticket-invalid" || problem.code === "access.login-refused") onBack(problem);
    },
    [onPending, onBack],
  );
  if ("refusal" in pending) {
    const name = refusalName(pending.refusal);
    return name && <Refusal problem={pending.refusal} name={name} onBack={() => onBack(null)} />;
  }
  const { step } = pending;
  const Step = isStep(step.next) ? steps[step.next] : null;
  return (
    <div className="lb-stack">
      {Step ? <Step key={step.next} step={step} onAnswer={onAnswer} onRefused={onRefused} /> : <p>{t("bind.elsewhere")}</p>}
      <p className="lb-signin-links">
        <button type="button" className="lb-plain lb-link" onClick={() => onBack(null)}>
          {t("login.other")}
        </button>
      </p>
    </div>
  );
}
