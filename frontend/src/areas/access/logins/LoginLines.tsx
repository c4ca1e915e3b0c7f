import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { LoginDevice, LoginSession } from "@/api/types";
import { Tone } from "@/ui/Tone";
import { useFormat, useNow } from "@/ui/useFormat";
import "./logins.css";

/** Draws the action of a line; `name` is what the line is called. */
type LineAction = (name: string) => ReactNode;

export function SessionLine({ session, action }: { session: LoginSession; action?: LineAction }) {
  const { t } = useTranslation("logins");
  const format = useFormat();
  const now = useNow(30_000);
  const client = t(`client.${session.client}`);
  const name = session.device?.name || client;
  return (
    <li>
      <span className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong>{name}</strong>
          {name !== client && <span className="lb-muted">{client}</span>}
          {session.current && <Tone tone="blue">{t("line.current")}</Tone>}
        </span>
        <span className="lb-row lb-row-wrap lb-meta lb-muted">
          <span>{session.place}</span>
          <span className="lb-mono">{session.ip}</span>
          <span title={format.exact(session.lastUsedAt)}>{t("line.lastUsed", { time: format.relative(session.lastUsedAt, now) })}</span>
          <span title={format.exact(session.createdAt)}>{t("line.since", { time: format.relative(session.createdAt, now) })}</span>
        </span>
      </span>
      {action?.(name)}
    </li>
  );
}

const deviceTones = { known: "slate", pending: "amber", bound: "green", revoked: "grey" } as const;

export function DeviceLine({ device, action }: { device: LoginDevice; action?: LineAction }) {
  const { t } = useTranslation("logins");
  const format = useFormat();
  const now = useNow(30_000);
  const client = t(`client.${device.client}`);
  const name = device.name || client;
  return (
    <li>
      <span className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong>{name}</strong>
          {name !== client && <span className="lb-muted">{client}</span>}
          <Tone tone={deviceTones[device.state]}>{t(`device.${device.state}`)}</Tone>
          {device.current && <Tone tone="blue">{t("line.thisDevice")}</Tone>}
        </span>
        <span className="lb-row lb-row-wrap lb-meta lb-muted">
          <span>{device.place}</span>
          <span className="lb-mono">{device.lastIp}</span>
          <span title={format.exact(device.lastUsedAt)}>{t("line.lastUsed", { time: format.relative(device.lastUsedAt, now) })}</span>
          {device.keyBound && <span>{t("line.keyBound")}</span>}
        </span>
      </span>
      {device.state !== "revoked" && action?.(name)}
    </li>
  );
}
