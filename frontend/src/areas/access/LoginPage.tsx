import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { isProblem, type Problem } from "@/api/problem";
import { lastEnding, signIn } from "@/api/session";
import { chooseLanguage, currentLanguage } from "@/i18n";
import "./login.css";

const TENANT = "lb.tenant";
const isPath = (value: string | null): value is string => value !== null && /^\/(?!\/)/.test(value);

/** Plain elements and no antd: the first visit loads this page and nothing of the shell. */
export function LoginPage() {
  const { t } = useTranslation("access");
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const [tenant, setTenant] = useState(() => localStorage.getItem(TENANT) ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  const ended = useState(lastEnding)[0];

  useEffect(() => {
    document.title = t("login.documentTitle");
  }, [t]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await signIn(tenant.trim(), username.trim(), password);
      localStorage.setItem(TENANT, tenant.trim());
      const next = query.get("next");
      await navigate(isPath(next) ? next : "/", { replace: true });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setRefusal(error);
      setBusy(false);
      passwordInput.current?.select();
    }
  };
  const watchCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  const refusalText = refusal && (refusal.message || t(refusal.status === 0 ? "login.offline" : "login.failed"));

  return (
    <main className="lb-login">
      <form className="lb-login-card" onSubmit={submit} aria-labelledby="login-title">
        <header className="lb-row lb-between">
          <span className="lb-login-brand">
            <img src="/favicon.svg" alt="" width={28} height={28} />
            {t("common:product")}
          </span>
          <button type="button" className="lb-plain lb-muted" lang={other} onClick={() => void chooseLanguage(other)}>
            {t(other === "en" ? "common:language.en" : "common:language.zh-CN")}
          </button>
        </header>
        <h1 id="login-title">{t("login.title")}</h1>
        {ended && !refusal && <p className="lb-login-note">{t(`login.ended.${ended === "signed-out" ? "signedOut" : "other"}`)}</p>}
        {refusal && (
          <div className="lb-login-refusal" role="alert">
            <p>{refusalText}</p>
            {refusal.requestId && <p className="lb-meta">{t("common:requestId", { id: refusal.requestId })}</p>}
          </div>
        )}
        <label>
          {t("login.tenant")}
          <input value={tenant} onChange={(e) => setTenant(e.target.value)} autoComplete="organization" autoCapitalize="none" spellCheck={false} required autoFocus={!tenant} />
        </label>
        <label>
          {t("login.username")}
          <input value={username} onChange={(e) => setUsername(e.target.value)} autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus={!!tenant} />
        </label>
        <div className="lb-login-field">
          <label htmlFor="login-password">{t("login.password")}</label>
          <span className="lb-login-password">
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
        <button className="lb-login-submit" aria-busy={busy} disabled={busy}>
          {t(busy ? "login.busy" : "login.submit")}
        </button>
        <p className="lb-meta lb-muted">{t("login.forgotten")}</p>
      </form>
    </main>
  );
}
