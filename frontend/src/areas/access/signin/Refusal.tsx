import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";
import type { RefusalName } from "./refusals";

const two = (value: number) => String(value).padStart(2, "0");

/** A refusal by policy: what, why and until when in the server's words, and whom to ask. */
export function Refusal({ problem, name, onBack }: { problem: Problem; name: RefusalName; onBack: () => void }) {
  const { t } = useTranslation("signin");
  const [until] = useState(() => (problem.retryAfter ? Date.now() + problem.retryAfter * 1000 : null));
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <div className="lb-stack" role="alert">
      <svg className="lb-signin-mark" viewBox="0 0 64 64" aria-hidden>
        <circle cx="32" cy="32" r="30" />
        <path d="M22 30v-6a10 10 0 0 1 20 0v6M18 30h28v16H18z" />
      </svg>
      <h1>{t(`refusal.${name}.title`)}</h1>
      <p>{problem.message}</p>
      {left > 0 && (
        <p className="lb-signin-clock" role="timer" aria-label={t("refusal.left")}>
          {two(Math.floor(left / 60))}:{two(left % 60)}
        </p>
      )}
      <p className="lb-muted">{t(`refusal.${name}.ask`)}</p>
      {problem.requestId && <p className="lb-meta lb-muted">{t("common:requestId", { id: problem.requestId })}</p>}
      <button type="button" className="lb-signin-second" onClick={onBack}>
        {t("refusal.back")}
      </button>
    </div>
  );
}
