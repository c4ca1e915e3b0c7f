import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { keepToken, post } from "@/api/session";
import type { Enrolled, Enrolment, LoginStep } from "@/api/types";
import { CodeInput } from "./CodeInput";
import { QrSecret } from "./QrSecret";
import { RecoveryCodes } from "./RecoveryCodes";
import { Told } from "./Told";
import { useCall } from "./useCall";
import type { StepProps } from "./AfterPassword";

/** The role wants a second factor and there is none yet: authenticator, its first code, recovery codes. */
export function Enrol({ step, onAnswer, onRefused }: StepProps) {
  const { t } = useTranslation("signin");
  const { busy, problem, run } = useCall(onRefused);
  const [started, setStarted] = useState<Enrolment | null>(null);
  const [done, setDone] = useState<Enrolled | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    // A second secret would make the first worthless, so one is asked for whatever the component lives through.
    if (asked.current) return;
    asked.current = true;
    void run(async () => setStarted((await post<Enrolment>("/api/v1/auth/login/enrol", { ticket: step.ticket })).body));
  }, [run, step.ticket]);

  const confirm = (entered: string) => run(async () => setDone((await post<Enrolled>("/api/v1/auth/login/enrol/confirm", { ticket: step.ticket, code: entered })).body));
  const goOn = (enrolled: Enrolled) => {
    if (enrolled.signedIn) keepToken(enrolled.signedIn);
    onAnswer(enrolled.signedIn ? null : (enrolled.step as LoginStep));
  };
  if (done) {
    return (
      <>
        <h1>{t("codes.title")}</h1>
        <RecoveryCodes codes={done.recoveryCodes} onSaved={() => goOn(done)} />
      </>
    );
  }
  return (
    <>
      <h1>{t("enrol.title")}</h1>
      <p className="lb-muted">{t("enrol.detail")}</p>
      <Told problem={problem} />
      {started ? <QrSecret {...started} /> : <p className="lb-qr-wait" role="status">{problem ? "" : t("common:loading")}</p>}
      <CodeInput busy={busy || !started} onFull={confirm} />
    </>
  );
}
