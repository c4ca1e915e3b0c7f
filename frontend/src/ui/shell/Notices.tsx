import { Button } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import "./lock.css";

const subscribeOnline = (listener: () => void) => {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
};

export function OfflineBar() {
  const { t } = useTranslation("shell");
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  if (online) return null;
  return (
    <div className="lb-lock-bar" role="alert">
      {t("offline")}
    </div>
  );
}

const ENTRY = /\/assets\/index-[\w-]+\.js/;
/** Whether the server now hands out another entry script than the one that runs here. */
async function isOutdated(): Promise<boolean> {
  const running = [...document.scripts].map((script) => ENTRY.exec(script.src)?.[0]).find(Boolean);
  if (!running) return false;
  const response = await fetch("/", { cache: "no-store", headers: { Accept: "text/html" } });
  const offered = ENTRY.exec(await response.text())?.[0];
  return response.ok && offered !== undefined && offered !== running;
}

/** "Updated, reload": a bar, never a reload of its own. */
export function NewVersionBar() {
  const { t } = useTranslation("shell");
  const [outdated, setOutdated] = useState(false);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") void isOutdated().then((found) => found && setOutdated(true), () => undefined);
    };
    const lost = () => setOutdated(true);
    const timer = setInterval(look, 10 * 60_000);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("vite:preloadError", lost);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("vite:preloadError", lost);
    };
  }, []);
  if (!outdated) return null;
  return (
    <div className="lb-bar" role="status">
      {t("newVersion.text")}
      <Button size="small" onClick={() => window.location.reload()}>
        {t("newVersion.reload")}
      </Button>
    </div>
  );
}
