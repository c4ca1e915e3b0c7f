import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { client, data } from "@/api/client";
import type { MyFactor } from "@/api/types";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useDialog } from "@/ui/useDialog";
import { useFormat, useNow } from "@/ui/useFormat";
import { RecoveryCodes } from "../signin/RecoveryCodes";
import { passkeysWork } from "../signin/passkeys";
import { AddPasskey } from "./AddPasskey";
import { AddTotp } from "./AddTotp";
import { useMyActs, useMyFactors } from "./useMine";
import "../logins/logins.css";

const FEW_CODES = 3;

/** Authenticators and passkeys, and the codes that stand in when they are lost. */
export function MyFactors() {
  const { t } = useTranslation("me");
  const { modal } = App.useApp();
  const { show, dialog } = useDialog();
  const { busy, run, changed } = useMyActs();
  const factors = useMyFactors();
  const done = (close: () => void) => () => {
    close();
    void changed();
  };
  const addTotp = () => show(t("factors.addTotp"), (close) => <AddTotp onDone={done(close)} onCancel={close} />, true);
  const addPasskey = () => show(t("factors.addPasskey"), (close) => <AddPasskey onDone={done(close)} onCancel={close} />, true);
  const remove = (factor: MyFactor) =>
    modal.confirm({
      title: t("factors.removeTitle", { name: factor.name }),
      content: t(factors.data?.items.length === 1 ? "factors.removeLast" : "factors.removeDetail"),
      okText: t("factors.remove"),
      okButtonProps: { danger: true },
      onOk: () => void run(factor.id, () => client.DELETE("/api/v1/me/factors/{factor_id}", { params: { path: { factor_id: factor.id } } }), t("factors.removed")),
    });
  const showCodes = (codes: readonly string[]) => show(t("codes.title"), (close) => <RecoveryCodes codes={codes} onSaved={close} />, true);
  const renew = () =>
    modal.confirm({
      title: t("codes.renewTitle"),
      content: t("codes.renewDetail"),
      okText: t("codes.renew"),
      onOk: () => void run("codes", () => data(client.POST("/api/v1/me/recovery-codes"))).then((made) => made && showCodes(made.recoveryCodes)),
    });
  const items = factors.data?.items ?? [];
  const left = factors.data?.recoveryCodesLeft ?? 0;
  return (
    <section className="lb-stack lb-stack-tight" aria-labelledby="my-factors">
      <header className="lb-row lb-between lb-row-wrap">
        <span className="lb-row">
          <h2 id="my-factors">{t("factors.title")}</h2>
          {factors.data?.required && <Tone tone="blue">{t("factors.required")}</Tone>}
        </span>
        <span className="lb-row lb-row-wrap">
          <Button type={factors.data && items.length === 0 ? "primary" : "default"} onClick={addTotp}>
            {t("factors.addTotp")}
          </Button>
          {passkeysWork() && <Button onClick={addPasskey}>{t("factors.addPasskey")}</Button>}
        </span>
      </header>
      {!factors.data ? (
        <StateView state={factors.error ? "error" : "loading"} error={factors.error} onRetry={() => void factors.refetch()} />
      ) : items.length === 0 ? (
        <p className="lb-muted">{t("factors.none")}</p>
      ) : (
        <>
          <ul className="lb-loginlist">
            {items.map((factor) => (
              <FactorLine key={factor.id} factor={factor} busy={busy === factor.id} onRemove={() => remove(factor)} />
            ))}
          </ul>
          <div className="lb-row lb-between lb-row-wrap">
            <span className={left <= FEW_CODES ? "lb-warning" : undefined}>{t("codes.left", { count: left })}</span>
            <Button loading={busy === "codes"} onClick={renew}>
              {t("codes.renew")}
            </Button>
          </div>
        </>
      )}
      {dialog}
    </section>
  );
}

function FactorLine({ factor, busy, onRemove }: { factor: MyFactor; busy: boolean; onRemove: () => void }) {
  const { t } = useTranslation("me");
  const format = useFormat();
  const now = useNow(60_000);
  return (
    <li>
      <span className="lb-stack lb-stack-tight lb-grow">
        <span className="lb-row lb-row-wrap">
          <strong>{factor.name}</strong>
          <span className="lb-muted">{t(`factors.kind.${factor.kind}`)}</span>
        </span>
        <span className="lb-row lb-row-wrap lb-meta lb-muted">
          <span title={format.exact(factor.confirmedAt)}>{t("factors.added", { time: format.relative(factor.confirmedAt, now) })}</span>
          <span>{factor.lastUsedAt ? t("factors.used", { time: format.relative(factor.lastUsedAt, now) }) : t("factors.neverUsed")}</span>
        </span>
      </span>
      <Button loading={busy} onClick={onRemove} aria-label={t("factors.removeOne", { name: factor.name })}>
        {t("factors.remove")}
      </Button>
    </li>
  );
}
