import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { isProblem } from "@/api/problem";
import { ME_KEY, useMe } from "../me";

/** 在岗 / 离岗: whether new leads are assigned to me. */
export function DutySwitch() {
  const { t } = useTranslation("shell");
  const { employee } = useMe();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const change = api.useMutation("put", "/api/v1/me/duty", {
    onSuccess: (after) => {
      void message.success(t(after.onDuty ? "duty.nowOn" : "duty.nowOff"));
      return cache.invalidateQueries({ queryKey: ME_KEY });
    },
    onError: (error) => void message.error(isProblem(error) && error.message ? error.message : t("duty.failed")),
  });
  return (
    <button
      type="button"
      role="switch"
      aria-checked={employee.onDuty}
      aria-label={t("duty.label")}
      title={t("duty.hint")}
      className="lb-duty"
      data-on={employee.onDuty}
      disabled={change.isPending}
      onClick={() => change.mutate({ body: { onDuty: !employee.onDuty } })}
    >
      <span className="lb-duty-dot" aria-hidden />
      {t(employee.onDuty ? "duty.on" : "duty.off")}
    </button>
  );
}
