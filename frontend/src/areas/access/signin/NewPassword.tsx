import { useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { signInBy } from "@/api/session";
import { Told } from "./Told";
import { useCall } from "./useCall";
import type { StepProps } from "./AfterPassword";

/** The administrator's password was for this once; the rules are told before, the server's reasons after. */
export function NewPassword({ step, onAnswer, onRefused }: StepProps) {
  const { t } = useTranslation("signin");
  const id = useId();
  const { busy, problem, run } = useCall(onRefused);
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const reasons = problem?.errors ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text && !busy) void run(() => signInBy("/api/v1/auth/login/password", { ticket: step.ticket, newPassword: text })).then((answer) => answer !== undefined && onAnswer(answer));
  };
  return (
    <form className="lb-stack" onSubmit={submit}>
      <h1>{t("password.title")}</h1>
      <p className="lb-muted">{t("password.detail")}</p>
      {reasons.length === 0 && <Told problem={problem} />}
      <div className="lb-signin-field">
        <label htmlFor={id}>{t("password.new")}</label>
        <span className="lb-signin-password">
          <input id={id} type={shown ? "text" : "password"} autoComplete="new-password" autoFocus value={text} aria-invalid={reasons.length > 0} aria-describedby={`${id}-rules`} onChange={(event) => setText(event.target.value)} />
          <button type="button" className="lb-plain" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {t(shown ? "login.hide" : "login.show")}
          </button>
        </span>
        <span id={`${id}-rules`} className="lb-meta lb-muted">
          {reasons.map(({ code, message }) => (
            <span key={code} className="lb-signin-reason lb-danger" role="alert">
              {message}
            </span>
          ))}
          {t("password.rules")}
        </span>
      </div>
      <button className="lb-signin-submit" aria-busy={busy} disabled={busy || !text}>
        {t("password.submit")}
      </button>
    </form>
  );
}
