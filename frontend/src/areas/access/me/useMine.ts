import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { isProblem } from "@/api/problem";

const FACTORS = ["get", "/api/v1/me/factors"] as const;
const SESSIONS = ["get", "/api/v1/me/sessions"] as const;
const DEVICES = ["get", "/api/v1/me/devices"] as const;
const WECHAT = ["get", "/api/v1/me/wechat"] as const;

export const useMyFactors = () => api.useQuery("get", "/api/v1/me/factors");
export const useMySessions = () => api.useQuery("get", "/api/v1/me/sessions");
export const useMyDevices = () => api.useQuery("get", "/api/v1/me/devices");
export const useMyWechat = () => api.useQuery("get", "/api/v1/me/wechat");

/** Acts on one's own sign-in: one at a time by key, told when done or refused; all lists of this page are then read again. */
export function useMyActs() {
  const { t } = useTranslation("me");
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const changed = async () => {
    await Promise.all([FACTORS, SESSIONS, DEVICES, WECHAT].map((queryKey) => cache.invalidateQueries({ queryKey })));
  };
  /** The answer, or undefined when it was refused. */
  const run = async <T>(key: string, send: () => Promise<T>, done?: string): Promise<T | undefined> => {
    setBusy(key);
    try {
      const answer = await send();
      if (done) void message.success(done);
      return answer;
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("act.failed"));
      return undefined;
    } finally {
      await changed();
      setBusy(null);
    }
  };
  return { busy, run, changed };
}
