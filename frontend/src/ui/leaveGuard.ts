import { App } from "antd";
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

/** Of several guards the router asks one only, so each answers for all: a form in a dialog over an editor with changes. */
const guards = new Set<() => boolean>();

/** Asks before a page or tab with unsaved input is left; the answer lets the caller leave after saving. */
export function useLeaveGuard(unsaved: boolean): () => void {
  const { t } = useTranslation("ui");
  const { modal } = App.useApp();
  const allowed = useRef(false);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && [...guards].some((holds) => holds()));
  useEffect(() => {
    if (!unsaved) return;
    const holds = () => !allowed.current;
    guards.add(holds);
    return () => {
      guards.delete(holds);
    };
  }, [unsaved]);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    modal.confirm({ title: t("guard.title"), content: t("guard.detail"), okText: t("guard.leave"), cancelText: t("guard.stay"), onOk: () => blocker.proceed(), onCancel: () => blocker.reset() });
  }, [blocker, modal, t]);
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);
  return useCallback(() => {
    allowed.current = true;
  }, []);
}
