import { EyeOutlined } from "@/ui/icons";
import { Button, Input, Popover, Radio } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@/api/clock";
import { isProblem } from "@/api/problem";
import type { Graded, RevealIn, RevealOut } from "@/api/types";
import { EMPTY } from "./format";
import "./reveal.css";

const SHOWN_MS = 30_000;
export type RevealReason = RevealIn["reason"];
const reasons = ["call", "verify", "submission", "complaint", "other"] as const;

interface Shown {
  value: string;
  until: number;
  remainingHour: number;
}

/** Holds a revealed value for at most 30 s, in this component alone: never in the query cache, dropped on unmount. */
export function useReveal(ask: (reason: RevealReason) => Promise<RevealOut>) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), Math.max(0, shown.until - serverNow()));
    return () => clearTimeout(timer);
  }, [shown]);
  const reveal = useCallback(
    async (reason: RevealReason) => {
      setBusy(true);
      setRefusal(null);
      try {
        const { value, expiresAt, remainingHour } = await ask(reason);
        setShown({ value: value ?? EMPTY, remainingHour, until: Math.min(Date.parse(expiresAt), serverNow() + SHOWN_MS) });
      } catch (error) {
        setRefusal(isProblem(error) ? error.message : String(error));
      } finally {
        setBusy(false);
      }
    },
    [ask],
  );
  return { shown, refusal, busy, reveal, hide: () => setShown(null) };
}

export function Ring({ until }: { until: number }) {
  const [left] = useState(() => Math.max(0, until - serverNow()));
  return (
    <svg className="lb-ring" viewBox="0 0 20 20" aria-hidden style={{ animationDuration: `${left}ms` }}>
      <circle cx="10" cy="10" r="8" pathLength={100} style={{ animationDuration: `${left}ms` }} />
    </svg>
  );
}

/** A graded value as the server sent it. */
export function Masked({ value }: { value: Graded | null | undefined }) {
  return <span className="lb-masked">{value?.value ?? EMPTY}</span>;
}

/** A masked value with its eye: reason, then the value for 30 s. `refused` is the server's reason for not allowing it. */
export function Reveal({ value, label, ask, refused }: { value: Graded | null; label: string; ask: (reason: RevealReason) => Promise<RevealOut>; refused?: string | null }) {
  const { t } = useTranslation("ui");
  const [open, setOpen] = useState(false);
  const { shown, refusal, busy, reveal, hide } = useReveal(ask);
  if (!value?.masked) return <Masked value={value} />;
  if (shown) {
    return (
      <span className="lb-row">
        <strong className="lb-masked" role="status">
          {shown.value}
        </strong>
        <button type="button" className="lb-plain lb-row" onClick={hide} aria-label={t("reveal.hide")}>
          <Ring until={shown.until} />
        </button>
        <span className="lb-meta lb-muted">{t("reveal.left", { count: shown.remainingHour })}</span>
      </span>
    );
  }
  const submit = async (reason: RevealReason) => {
    await reveal(reason);
    setOpen(false);
  };
  return (
    <span className="lb-row">
      <Masked value={value} />
      {refused ? (
        <Button type="text" size="small" icon={<EyeOutlined />} aria-label={t("reveal.open", { label })} aria-disabled title={refused} className="lb-refused" />
      ) : (
        <Popover trigger="click" open={open} onOpenChange={setOpen} destroyOnHidden title={t("reveal.title", { label })} content={<ReasonForm busy={busy} onSubmit={(reason) => void submit(reason)} />}>
          <Button type="text" size="small" icon={<EyeOutlined />} aria-label={t("reveal.open", { label })} />
        </Popover>
      )}
      {refusal && (
        <span className="lb-meta lb-danger" role="alert">
          {refusal}
        </span>
      )}
    </span>
  );
}

function ReasonForm({ busy, onSubmit }: { busy: boolean; onSubmit: (reason: RevealReason) => void }) {
  const { t } = useTranslation("ui");
  const [code, setCode] = useState<RevealReason["code"]>("call");
  const [text, setText] = useState("");
  const incomplete = code === "other" && !text.trim();
  return (
    <form
      className="lb-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!incomplete) onSubmit({ code, text: text.trim() || null });
      }}
    >
      <Radio.Group vertical value={code} onChange={(event) => setCode(event.target.value as RevealReason["code"])} options={reasons.map((value) => ({ value, label: t(`reveal.reason.${value}`) }))} />
      {code === "other" && <Input autoFocus maxLength={200} value={text} aria-label={t("reveal.text")} placeholder={t("reveal.text")} onChange={(event) => setText(event.target.value)} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={incomplete}>
        {t("reveal.submit")}
      </Button>
      <p className="lb-meta lb-muted">{t("reveal.recorded")}</p>
    </form>
  );
}
