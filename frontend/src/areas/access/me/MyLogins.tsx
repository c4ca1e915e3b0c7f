import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { LoginDevice, LoginSession } from "@/api/types";
import { SchemaForm } from "@/ui/SchemaForm";
import { StateView } from "@/ui/StateView";
import { useDialog } from "@/ui/useDialog";
import { useFormat, useNow } from "@/ui/useFormat";
import { DeviceLine, SessionLine } from "../logins/LoginLines";
import { useMyActs, useMyDevices, useMySessions, useMyWechat } from "./useMine";

const NAME_LENGTH = 60;

/** Where I am signed in and with which devices; whatever is not mine can be ended here. */
export function MyLogins() {
  const { t } = useTranslation("me");
  return (
    <div className="lb-stack lb-mine-wide">
      <Sessions />
      <Devices />
      <section className="lb-stack lb-stack-tight" aria-labelledby="my-wechat">
        <h2 id="my-wechat">{t("wechat.title")}</h2>
        <Wechat />
      </section>
    </div>
  );
}

function Sessions() {
  const { t } = useTranslation("me");
  const { modal } = App.useApp();
  const { busy, run } = useMyActs();
  const sessions = useMySessions();
  const items = (sessions.data?.items ?? []).toSorted((a, b) => Number(b.current) - Number(a.current));
  const end = (session: LoginSession) => void run(session.id, () => client.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: session.id } } }), t("sessions.ended"));
  const endOthers = () =>
    modal.confirm({
      title: t("sessions.endOthersTitle", { count: items.length - 1 }),
      content: t("sessions.endOthersDetail"),
      okText: t("sessions.endOthers"),
      okButtonProps: { danger: true },
      onOk: () => run("others", () => data(client.DELETE("/api/v1/me/sessions")), t("sessions.ended")),
    });
  return (
    <section className="lb-stack lb-stack-tight" aria-labelledby="my-sessions">
      <header className="lb-row lb-between">
        <h2 id="my-sessions">{t("sessions.title", { count: items.length })}</h2>
        {items.length > 1 && (
          <Button danger loading={busy === "others"} onClick={endOthers}>
            {t("sessions.endOthers")}
          </Button>
        )}
      </header>
      {!sessions.data ? (
        <StateView state={sessions.error ? "error" : "loading"} error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : (
        <ul className="lb-loginlist">
          {items.map((session) => (
            <SessionLine
              key={session.id}
              session={session}
              action={(name) =>
                session.current ? null : (
                  <Button loading={busy === session.id} onClick={() => end(session)} aria-label={t("sessions.endOne", { name })}>
                    {t("sessions.end")}
                  </Button>
                )
              }
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Devices() {
  const { t } = useTranslation("me");
  const { modal } = App.useApp();
  const { show, dialog } = useDialog();
  const { busy, run, changed } = useMyActs();
  const devices = useMyDevices();
  const items = (devices.data?.items ?? []).filter(({ state }) => state !== "revoked");
  const rename = (device: LoginDevice) =>
    show(t("devices.renameTitle"), (close) => (
      <SchemaForm
        fields={[{ name: "name", label: t("devices.name"), required: true, maxLength: NAME_LENGTH }]}
        initial={{ name: device.name }}
        submitLabel={t("devices.save")}
        submit={({ name }) => data(client.PATCH("/api/v1/me/devices/{device_id}", { params: { path: { device_id: device.id } }, body: { name: name ?? "" } }))}
        onDone={() => {
          close();
          void changed();
        }}
        onCancel={close}
      />
    ));
  const unbind = (device: LoginDevice, name: string) =>
    modal.confirm({
      title: t("devices.unbindTitle", { name }),
      content: t(device.current ? "devices.unbindThis" : "devices.unbindDetail"),
      okText: t("devices.unbind"),
      okButtonProps: { danger: true },
      onOk: () => run(device.id, () => client.DELETE("/api/v1/me/devices/{device_id}", { params: { path: { device_id: device.id } } }), t("devices.unbound")),
    });
  return (
    <section className="lb-stack lb-stack-tight" aria-labelledby="my-devices">
      <h2 id="my-devices">{t("devices.title")}</h2>
      {!devices.data ? (
        <StateView state={devices.error ? "error" : "loading"} error={devices.error} onRetry={() => void devices.refetch()} />
      ) : items.length === 0 ? (
        <p className="lb-muted">{t("devices.none")}</p>
      ) : (
        <ul className="lb-loginlist">
          {items.map((device) => (
            <DeviceLine
              key={device.id}
              device={device}
              action={(name) => (
                <span className="lb-row">
                  <Button onClick={() => rename(device)} aria-label={t("devices.renameOne", { name })}>
                    {t("devices.rename")}
                  </Button>
                  <Button loading={busy === device.id} onClick={() => unbind(device, name)} aria-label={t("devices.unbindOne", { name })}>
                    {t("devices.unbind")}
                  </Button>
                </span>
              )}
            />
          ))}
        </ul>
      )}
      {dialog}
    </section>
  );
}

function Wechat() {
  const { t } = useTranslation("me");
  const { modal } = App.useApp();
  const format = useFormat();
  const now = useNow(60_000);
  const { busy, run } = useMyActs();
  const wechat = useMyWechat();
  if (!wechat.data) return <StateView state={wechat.error ? "error" : "loading"} error={wechat.error} onRetry={() => void wechat.refetch()} />;
  const { available, bound, boundAt } = wechat.data;
  const unbind = () =>
    modal.confirm({
      title: t("wechat.unbindTitle"),
      content: t("wechat.unbindDetail"),
      okText: t("wechat.unbind"),
      okButtonProps: { danger: true },
      onOk: () => run("wechat", () => client.DELETE("/api/v1/me/wechat"), t("wechat.unbound")),
    });
  return (
    <div className="lb-row lb-between lb-row-wrap">
      <span className={bound ? undefined : "lb-muted"}>{bound ? t("wechat.bound", { time: boundAt ? format.relative(boundAt, now) : "" }) : t(available ? "wechat.open" : "wechat.off")}</span>
      {bound && (
        <Button loading={busy === "wechat"} onClick={unbind}>
          {t("wechat.unbind")}
        </Button>
      )}
    </div>
  );
}
