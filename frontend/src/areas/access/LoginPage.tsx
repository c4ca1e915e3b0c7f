import { Suspense, lazy, useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { isProblem, type Problem } from "@/api/problem";
import { lastEnding, signIn } from "@/api/session";
import { chooseLanguage, currentLanguage } from "@/i18n";
import type { Pending } from "./signin/AfterPassword";
import { refusalName } from "./signin/refusals";
import { Told } from "./signin/Told";
import "./signin/signin.css";
import "./login.css";

const AfterPassword = lazy(() => import("./signin/AfterPassword").then((module) => ({ default: module.AfterPassword })));
const TENANT = "lb.tenant";
const isPath = (value: string | null): value is string => value !== null && /^\/(?!\/)/.test(value);

/** Plain elements and no antd: the first visit loads this page and nothing of the shell; what follows the password is loaded after it. */
export function LoginPage() {
  const { t } = useTranslation("signin");
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const [pending, setPending] = useState<Pending | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);

  useEffect(() => {
    document.title = t("login.documentTitle");
  }, [t]);
  const enter = () => {
    const next = query.get("next");
    void navigate(isPath(next) ? next : "/", { replace: true });
  };
  const back = (problem: Problem | null) => {
    setPending(null);
    setRefusal(problem);
  };
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  return (
    <main className="lb-login">
      <div className="lb-login-card">
        <header className="lb-row lb-between">
          <span className="lb-login-brand">
            <img src="/favicon.svg" alt="" width={28} height={28} />
            {t("common:product")}
          </span>
          <button type="button" className="lb-plain lb-muted" lang={other} onClick={() => void chooseLanguage(other)}>
            {t(other === "en" ? "common:language.en" : "common:language.zh-CN")}
          </button>
        </header>
        {pending ? (
          <Suspense fallback={<p role="status">{t("common:loading")}</p>}>
            <AfterPassword pending={pending} onPending={setPending} onOpen={enter} onBack={back} />
          </Suspense>
        ) : (
          <PasswordForm refusal={refusal} onRefusal={setRefusal} onPending={setPending} onOpen={enter} />
        )}
      </div>
    </main>
  );
}

interface PasswordFormProps {
  refusal: Problem | null;
  onRefusal: (problem: Problem | null) => void;
  onPending: (pending: Pending) => void;
  onOpen: () => void;
}
function PasswordForm({ refusal, onRefusal, onPending, onOpen }: PasswordFormProps) {
  const { t } = useTranslation("signin");
  const [tenant, setTenant] = useState(() => localStorage.getItem(TENANT) ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const [busy, setBusy] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);
  const ended = useState(lastEnding)[0];

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    onRefusal(null);
    try {
      const step = await signIn(tenant.trim(), username.trim(), password);
      localStorage.setItem(TENANT, tenant.trim());
      if (step) onPending({ step });
      else onOpen();
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (refusalName(error)) return onPending({ refusal: error });
      onRefusal(error);
      setBusy(false);
      passwordInput.current?.select();
    }
  };
  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <form className="lb-login-form" onSubmit={submit} aria-labelledby="login-title">
      <h1 id="login-title">{t("login.title")}</h1>
      {ended && !refusal && (
        <p className="lb-signin-note" role="status">
          {ended.message || t(`login.ended.${ended.code === "signed-out" ? "signedOut" : ended.code === "locked" ? "locked" : "other"}`)}
        </p>
      )}
      <Told problem={refusal} />
      <label className="lb-signin-field">
        {t("login.tenant")}
        <input value={tenant} onChange={(e) => setTenant(e.target.value)} autoComplete="organization" autoCapitalize="none" spellCheck={false} required autoFocus={!tenant} />
      </label>
      <label className="lb-signin-field">
        {t("login.username")}
        <input value={username} onChange={(e) => setUsername(e.target.value)} autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus={!!tenant} />
      </label>
      <div className="lb-signin-field">
        <label htmlFor="login-password">{t("login.password")}</label>
        <span className="lb-signin-password">
          <input
            id="login-password"
            ref={passwordInput}
            type={shown ? "text" : "password"}
            value={password}
            onChange={(e) => setPassword(e.target.value)}
            onKeyUp={watchCapsLock}
            onKeyDown={watchCapsLock}
            onBlur={() => setCapsLock(false)}
            autoComplete="current-password"
            aria-describedby="login-caps"
            required
          />
          <button type="button" className="lb-plain" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {t(shown ? "login.hide" : "login.show")}
          </button>
        </span>
        <span id="login-caps" className="lb-meta lb-warning" role="status">
          {capsLock ? t("login.capsLock") : ""}
        </span>
      </div>
      <button className="lb-signin-submit" aria-busy={busy} disabled={busy}>
        {t(busy ? "login.busy" : "login.submit")}
      </button>
      <p className="lb-meta lb-muted">{t("login.forgotten")}</p>
    </form>
  );
}
