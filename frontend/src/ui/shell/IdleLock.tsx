import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { actedAt, isAtWork, noteUse, usedAt } from "@/api/presence";
import { lockSession } from "@/api/session";
import { clock } from "../format";
import { ME_KEY } from "../me";
import { useNow } from "../useFormat";
import "./lock.css";

const WARNING = 60;
/** Work that asks nothing of the server (reading, typing) is told to it this often. */
const TELL_MS = 15_000;

/**
 * Warns 60 s before the idle limit and locks all tabs at it; work in any tab keeps all of them open. 0 is no limit.
 * The clock is the server's own: it runs from the last request that counted as use.
 */
export function IdleLock({ seconds }: { seconds: number }) {
  const { t } = useTranslation("shell");
  const cache = useQueryClient();
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    if (seconds <= 0) return;
    // Unlocking was a use.
    noteUse();
    const timer = setInterval(() => {
      if (isAtWork() && actedAt() > usedAt() && Date.now() - usedAt() >= Math.min(TELL_MS, seconds * 100)) void cache.invalidateQueries({ queryKey: ME_KEY });
      const remaining = seconds - Math.floor((Date.now() - usedAt()) / 1000);
      if (remaining <= 0) lockSession();
      else setLeft(remaining <= Math.min(WARNING, seconds / 2) ? remaining : null);
    }, 1000);
    return () => clearInterval(timer);
  }, [seconds, cache]);
  if (left === null) return null;
  return (
    <div className="lb-lock-bar" role="alert">
      <span>{t("lock.warning", { count: left })}</span>
      <Button size="small">{t("lock.stay")}</Button>
    </div>
  );
}

const AHEAD_MS = 5 * 60_000;

/** Says five minutes ahead that the hours of the login policy end; at their end the server is asked and says so itself. */
export function ClosingBar({ closesAt }: { closesAt: string | null }) {
  const { t } = useTranslation("shell");
  const cache = useQueryClient();
  const now = useNow(5000);
  const closes = closesAt ? Date.parse(closesAt) : null;
  const over = closes !== null && now >= closes;
  useEffect(() => {
    if (over) void cache.invalidateQueries({ queryKey: ME_KEY });
  }, [over, cache]);
  if (closes === null || over || closes - now > AHEAD_MS) return null;
  return (
    <div className="lb-lock-bar" role="alert">
      {t("lock.closing", { time: clock(closes), count: Math.ceil((closes - now) / 60_000) })}
    </div>
  );
}
