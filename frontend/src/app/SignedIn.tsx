import { QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "@/api/queryClient";
import { antdTheme } from "@/theme/antd";
import { useMode, usePhone, useReducedMotion } from "@/theme/mode";
import { Gate } from "./Gate";

/** Everything behind the login: query cache, antd in our theme, then the gate that knows who is here. */
export function SignedIn() {
  const mode = useMode();
  const still = useReducedMotion();
  const phone = usePhone();
  const { i18n } = useTranslation();
  const english = i18n.language === "en";
  const theme = useMemo(() => antdTheme(mode, still, phone), [mode, still, phone]);
  useEffect(() => {
    dayjs.locale(english ? "en" : "zh-cn");
  }, [english]);
  return (
    <QueryClientProvider client={queryClient}>
      <ConfigProvider theme={theme} locale={english ? enUS : zhCN} button={{ autoInsertSpace: false }}>
        <App message={{ maxCount: 3 }} notification={{ placement: "bottomRight" }}>
          <Gate />
        </App>
      </ConfigProvider>
    </QueryClientProvider>
  );
}
