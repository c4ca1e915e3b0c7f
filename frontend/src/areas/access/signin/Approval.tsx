import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { isProblem } from "@/api/problem";
import { post, signInBy } from "@/api/session";
import { Told } from "./Told";
import { useCall } from "./useCall";
import type { StepProps } from "./AfterPassword";

const POLL_MS = 3000;
const two = (value: number) => String(value).padStart(2, "0");

/** Waits for a leader: asks every 3 s with the newest ticket while the page is seen, until the request runs out. */
export function Approval({ step, onAnswer, onRefused }: StepProps) {
  const { t } = useTranslation("signin");
  const waiting = step.approval;
  const ends = waiting ? Date.parse(waiting.expiresAt) : 0;
  const [now, setNow] = useState(serverNow);
  const [reminded, setReminded] = useState(false);
  const { busy, problem, run, setProblem } = useCall();
  const asking = useRef(false);
  const over = now >= ends;
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);

  const ask = async () => {
    if (asking.current) return;
    asking.current = true;
    try {
      const answer = await signInBy("/api/v1/auth/login/resume", { ticket: step.ticket });
      setProblem(null);
      onAnswer(answer);
    } catch (error) {
      if (!isProblem(error)) throw error;
      // A lost connection is told and tried again; a refusal ends the wait.
      setProblem(error);
      if (error.status !== 0 && error.status < 500) onRefused(error);
    } finally {
      asking.current = false;
    }
  };
  const newest = useRef(ask);
  useEffect(() => {
    newest.current = ask;
  });
  useEffect(() => {
    if (over) return;
    const look = () => {
      if (document.visibilityState === "visible") void newest.current();
    };
    const timer = setInterval(look, POLL_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [over]);

  const left = Math.max(0, Math.floor((ends - now) / 1000));
  const leaders = waiting?.leaders ?? [];
  return (
    <>
      <h1>{t(over ? "approval.over" : "approval.title")}</h1>
      <p className="lb-muted">{t(`approval.why.${waiting?.kind ?? "unusual"}`)}</p>
      {!over && (
        <p className="lb-signin-clock" role="timer" aria-label={t("approval.left")}>
          {two(Math.floor(left / 60))}:{two(left % 60)}
        </p>
      )}
      <p>{leaders.length > 0 ? t("approval.leaders", { names: leaders.join(t("approval.comma")) }) : t("approval.nobody")}</p>
      <Told problem={problem} />
      {over ? (
        <button type="button" className="lb-signin-submit" disabled={busy} onClick={() => void ask()}>
          {t("approval.again")}
        </button>
      ) : (
        <button
          type="button"
          className="lb-signin-second"
          disabled={busy || reminded}
          onClick={() => void run(() => post("/api/v1/auth/login/remind", { ticket: step.ticket })).then((sent) => sent && setReminded(true))}
        >
          {t(reminded ? "approval.reminded" : "approval.remind")}
        </button>
      )}
      <p className="lb-meta lb-muted" role="status">
        {t(over ? "approval.overHint" : "approval.hint")}
      </p>
    </>
  );
}
