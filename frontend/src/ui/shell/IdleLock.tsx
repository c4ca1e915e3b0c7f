import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { lockSession } from "@/api/session";
import "./lock.css";

const WARNING = 60;
const ACTIVITY = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Warns 60 s before the idle limit and locks all tabs at it; work in any tab keeps all of them open. 0 is no limit. */
export function IdleLock({ seconds }: { seconds: number }) {
  const { t } = useTranslation("shell");
  const [left, setLeft] = useState<number | null>(null);
  useEffect(() => {
    if (seconds <= 0) return;
    let last = Date.now();
    let told = 0;
    const channel = new BroadcastChannel("lb-idle");
    channel.addEventListener("message", () => {
      last = Date.now();
    });
    const active = () => {
      last = Date.now();
      if (last - told > 1000) channel.postMessage("active");
      told = last;
    };
    for (const name of ACTIVITY) window.addEventListener(name, active, { passive: true });
    const timer = setInterval(() => {
      const remaining = seconds - Math.floor((Date.now() - last) / 1000);
      if (remaining <= 0) lockSession();
      else setLeft(remaining <= Math.min(WARNING, seconds / 2) ? remaining : null);
    }, 1000);
    return () => {
      clearInterval(timer);
      channel.close();
      for (const name of ACTIVITY) window.removeEventListener(name, active);
    };
  }, [seconds]);
  if (left === null) return null;
  return (
    <div className="lb-lock-bar" role="alert">
      <span>{t("lock.warning", { count: left })}</span>
      <Button size="small">{t("lock.stay")}</Button>
    </div>
  );
}
