import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";
import { CodeInput } from "./CodeInput";
import { Told } from "./Told";
import { isCancelled, passkeysWork, signWithPasskey } from "./passkeys";
import "./signin.css";

export type FactorKind = "totp" | "passkey" | "recovery" | "password";
export type Proof = { kind: "totp" | "recovery"; code: string } | { kind: "passkey"; credential: Record<string, unknown> } | { kind: "password"; password: string };

const ORDER: readonly FactorKind[] = ["totp", "passkey", "recovery", "password"];

interface FactorFormProps {
  kinds: readonly FactorKind[];
  busy: boolean;
  problem: Problem | null;
  onProof: (proof: Proof) => Promise<unknown>;
  /** Options for the passkey; asked for at the click, since each works once. Null when they were refused. */
  passkeyOptions: () => Promise<Record<string, unknown> | null>;
}

/** One factor at a time, the others a link away; used by login, unlocking and the confirmation of identity. */
export function FactorForm({ kinds, busy, problem, onProof, passkeyOptions }: FactorFormProps) {
  const { t } = useTranslation("signin");
  const usable = ORDER.filter((kind) => kinds.includes(kind) && (kind !== "passkey" || passkeysWork()));
  const [chosen, setChosen] = useState<FactorKind | null>(null);
  const kind = chosen ?? usable[0];
  return (
    <div className="lb-stack">
      <Told problem={problem} />
      {kind === "totp" && (
        <>
          <CodeInput busy={busy} onFull={(code) => onProof({ kind, code })} />
          <p className="lb-meta lb-muted">{t("factor.totpHint")}</p>
        </>
      )}
      {kind === "recovery" && <OneField key={kind} label={t("factor.recoveryCode")} hint={t("factor.recoveryHint")} busy={busy} problem={problem} onText={(code) => void onProof({ kind, code })} />}
      {kind === "password" && <OneField key={kind} label={t("login.password")} secret busy={busy} problem={problem} onText={(password) => void onProof({ kind, password })} />}
      {kind === "passkey" && <Passkey busy={busy} options={passkeyOptions} onCredential={(credential) => void onProof({ kind, credential })} />}
      {!kind && <p className="lb-muted">{t("factor.none")}</p>}
      {usable.length > 1 && (
        <p className="lb-signin-links">
          {usable.filter((other) => other !== kind).map((other) => (
            <button key={other} type="button" className="lb-plain lb-link" onClick={() => setChosen(other)}>
              {t(`factor.use.${other}`)}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

interface OneFieldProps {
  label: string;
  hint?: string;
  secret?: boolean;
  busy: boolean;
  problem: Problem | null;
  onText: (text: string) => void;
}
function OneField({ label, hint, secret = false, busy, problem, onText }: OneFieldProps) {
  const { t } = useTranslation("signin");
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    if (problem) input.current?.select();
  }, [problem]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (text.trim() && !busy) onText(secret ? text : text.trim());
  };
  return (
    <form className="lb-stack" onSubmit={submit}>
      <div className="lb-signin-field">
        <label htmlFor={id}>{label}</label>
        <input id={id} ref={input} type={secret ? "password" : "text"} autoComplete={secret ? "current-password" : "off"} autoCapitalize="none" spellCheck={false} autoFocus value={text} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => setText(event.target.value)} />
        {hint && (
          <span id={`${id}-hint`} className="lb-meta lb-muted">
            {hint}
          </span>
        )}
      </div>
      <button className="lb-signin-submit" aria-busy={busy} disabled={busy || !text.trim()}>
        {t(busy ? "factor.busy" : "factor.submit")}
      </button>
    </form>
  );
}

function Passkey({ busy, options, onCredential }: { busy: boolean; options: FactorFormProps["passkeyOptions"]; onCredential: (credential: Record<string, unknown>) => void }) {
  const { t } = useTranslation("signin");
  const [waiting, setWaiting] = useState(false);
  const [failed, setFailed] = useState<"cancelled" | "failed" | null>(null);
  const ask = async () => {
    setFailed(null);
    setWaiting(true);
    try {
      const given = await options();
      if (given) onCredential(await signWithPasskey(given));
    } catch (error) {
      setFailed(isCancelled(error) ? "cancelled" : "failed");
    } finally {
      setWaiting(false);
    }
  };
  return (
    <>
      <p className="lb-muted">{t("passkey.hint")}</p>
      {failed && (
        <p className="lb-danger" role="alert">
          {t(`passkey.${failed}`)}
        </p>
      )}
      <button type="button" className="lb-signin-submit" autoFocus aria-busy={busy || waiting} disabled={busy || waiting} onClick={() => void ask()}>
        {t(waiting ? "passkey.waiting" : "passkey.use")}
      </button>
    </>
  );
}
