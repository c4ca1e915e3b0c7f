import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { LoginDevice, LoginSession } from "@/api/types";
import { StateView } from "@/ui/StateView";
import { DeviceLine, SessionLine } from "../logins/LoginLines";
import { useEmployeeDevices, useEmployeeSessions, useStaffChanged } from "./useOrg";

/** Where somebody is signed in now and on which devices; each can be ended. */
export function EmployeeLogins({ employeeId }: { employeeId: string }) {
  const { t } = useTranslation("org");
  const { message, modal } = App.useApp();
  const changed = useStaffChanged();
  const sessions = useEmployeeSessions(employeeId, true);
  const devices = useEmployeeDevices(employeeId, true);
  const [busy, setBusy] = useState<string | null>(null);
  const run = async (key: string, send: () => Promise<unknown>, done: string) => {
    setBusy(key);
    try {
      await send();
      void message.success(done);
    } catch (error) {
      void message.error(isProblem(error) && error.message ? error.message : t("act.failed"));
    }
    await changed();
    setBusy(null);
  };
  const end = (session: LoginSession) =>
    void run(session.id, () => client.DELETE("/api/v1/employees/{employee_id}/sessions/{session_id}", { params: { path: { employee_id: employeeId, session_id: session.id } } }), t("logins.ended"));
  const endAll = () =>
    modal.confirm({
      title: t("logins.endAllTitle"),
      content: t("logins.endAllDetail"),
      okText: t("logins.endAll"),
      okButtonProps: { danger: true },
      onOk: () => run("all", () => data(client.DELETE("/api/v1/employees/{employee_id}/sessions", { params: { path: { employee_id: employeeId } } })), t("logins.ended")),
    });
  const unbind = (device: LoginDevice) =>
    modal.confirm({
      title: t("devices.unbindTitle", { name: device.name }),
      content: t("devices.unbindDetail"),
      okText: t("devices.unbind"),
      okButtonProps: { danger: true },
      onOk: () => run(device.id, () => client.DELETE("/api/v1/employees/{employee_id}/devices/{device_id}", { params: { path: { employee_id: employeeId, device_id: device.id } } }), t("devices.unbound")),
    });
  const live = sessions.data?.items ?? [];
  return (
    <div className="lb-stack">
      <section className="lb-stack lb-stack-tight" aria-labelledby="employee-sessions">
        <header className="lb-row lb-between">
          <h2 id="employee-sessions">{t("logins.title", { count: live.length })}</h2>
          {live.length > 1 && (
            <Button size="small" danger loading={busy === "all"} onClick={endAll}>
              {t("logins.endAll")}
            </Button>
          )}
        </header>
        {!sessions.data ? (
          <StateView state={sessions.error ? "error" : "loading"} error={sessions.error} onRetry={() => void sessions.refetch()} />
        ) : live.length === 0 ? (
          <p className="lb-muted">{t("logins.none")}</p>
        ) : (
          <ul className="lb-loginlist">
            {live.map((session) => (
              <SessionLine
                key={session.id}
                session={session}
                action={(name) => (
                  <Button loading={busy === session.id} onClick={() => end(session)} aria-label={t("logins.endOne", { name })}>
                    {t("logins.end")}
                  </Button>
                )}
              />
            ))}
          </ul>
        )}
      </section>
      <section className="lb-stack lb-stack-tight" aria-labelledby="employee-devices">
        <h2 id="employee-devices">{t("devices.title")}</h2>
        {!devices.data ? (
          <StateView state={devices.error ? "error" : "loading"} error={devices.error} onRetry={() => void devices.refetch()} />
        ) : devices.data.items.length === 0 ? (
          <p className="lb-muted">{t("devices.none")}</p>
        ) : (
          <ul className="lb-loginlist">
            {devices.data.items.map((device) => (
              <DeviceLine
                key={device.id}
                device={device}
                action={(name) => (
                  <Button loading={busy === device.id} onClick={() => unbind(device)} aria-label={t("devices.unbindOne", { name })}>
                    {t("devices.unbind")}
                  </Button>
                )}
              />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
