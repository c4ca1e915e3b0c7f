import { Button, Input, Segmented } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { client as rest, data } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { LoginTrial } from "@/api/types";
import { ChipGroup } from "@/ui/ChipGroup";
import { MomentInput } from "@/ui/MomentInput";
import { SearchSelect } from "@/ui/SearchSelect";
import { WhyTree } from "@/ui/WhyTree";
import { clients, policyIn, type ClientKind, type Draft, type Target } from "./draft";

export interface OpenDraft {
  target: Target;
  name: string;
  draft: Draft;
}
const devices = ["new", "known", "bound"] as const;
const SAVED = "saved";

const findPeople = async (search: string, signal: AbortSignal) => {
  const found = await data(rest.GET("/api/v1/employees", { params: { query: { limit: 20, active: true, ...(search ? { search } : {}) } }, signal }));
  return found.items.map(({ id, displayName, orgUnit }) => ({ value: id, label: displayName, detail: orgUnit.name }));
};

/** One of the staff, found by name or number. */
export function StaffSelect({ id, label, value, onChange, placeholder }: { id?: string; label?: string; value: string | null; onChange: (id: string | null) => void; placeholder?: string }) {
  return <SearchSelect name="staff" search={findPeople} value={value} onChange={onChange} {...(id ? { id } : {})} {...(label ? { label } : {})} {...(placeholder ? { placeholder } : {})} />;
}

/** Could this employee sign in from there at that time; which rule decides. With the saved policies or with an unsaved draft. */
export function TryPanel({ drafts, employeeId, client }: { drafts: readonly OpenDraft[]; employeeId: string | null; client: ClientKind }) {
  const { t } = useTranslation("policies");
  const id = useId();
  const [who, setWho] = useState(employeeId);
  const [from, setFrom] = useState<ClientKind>(client);
  const [ip, setIp] = useState("");
  const [at, setAt] = useState<string | null>(null);
  const [device, setDevice] = useState<(typeof devices)[number]>("known");
  const [by, setBy] = useState<string>(drafts.length > 0 ? "0" : SAVED);
  const [answer, setAnswer] = useState<LoginTrial | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = by === SAVED ? undefined : drafts[Number(by)];
  const errorAt = (name: string) => problem?.errors.find(({ pointer }) => pointer.replace(/^#/, "") === `/${name}`)?.message;
  const ask = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!who || !ip.trim() || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      setAnswer(await data(rest.POST("/api/v1/login-policies/try", { body: { employeeId: who, client: from, ip: ip.trim(), device, ...(at ? { at } : {}), ...(chosen ? { draft: policyIn(chosen.target, chosen.draft) } : {}) } })));
    } catch (error) {
      if (!isProblem(error)) throw error;
      setAnswer(null);
      setProblem(error);
    }
    setBusy(false);
  };
  const wrong = (name: string) =>
    errorAt(name) && (
      <span className="lb-danger lb-meta" role="alert">
        {errorAt(name)}
      </span>
    );
  const shown = problem && ["employeeId", "ip", "at"].some((name) => errorAt(name)) ? null : problem;
  return (
    <form className="lb-stack" onSubmit={(event) => void ask(event)}>
      {drafts.length > 0 && (
        <Segmented
          aria-label={t("try.by")}
          value={by}
          onChange={setBy}
          options={[{ value: SAVED, label: t("try.saved") }, ...drafts.map(({ target, name }, index) => ({ value: String(index), label: t("try.draft", { name, client: t(`client.${target.client}`) }) }))]}
        />
      )}
      <div className="lb-try">
        <label htmlFor={`${id}who`}>{t("try.employee")}</label>
        <div className="lb-stack lb-stack-tight">
          <StaffSelect id={`${id}who`} value={who} onChange={setWho} placeholder={t("try.employeeHint")} />
          {wrong("employeeId")}
        </div>
        <span>{t("try.client")}</span>
        <ChipGroup label={t("try.client")} value={from} options={clients.map((value) => ({ value, label: t(`client.${value}`) }))} onChange={setFrom} />
        <label htmlFor={`${id}ip`}>{t("try.ip")}</label>
        <div className="lb-stack lb-stack-tight">
          <Input id={`${id}ip`} value={ip} autoComplete="off" inputMode="text" status={errorAt("ip") ? "error" : ""} placeholder={t("try.ipHint")} onChange={(event) => setIp(event.target.value)} />
          {wrong("ip")}
        </div>
        <label htmlFor={`${id}at`}>{t("try.at")}</label>
        <div className="lb-stack lb-stack-tight">
          <MomentInput id={`${id}at`} value={at} onChange={setAt} placeholder={t("try.now")} />
          {wrong("at")}
        </div>
        <span>{t("try.device")}</span>
        <ChipGroup label={t("try.device")} value={device} options={devices.map((value) => ({ value, label: t(`try.devices.${value}`) }))} onChange={setDevice} />
      </div>
      <div className="lb-row">
        <Button htmlType="submit" loading={busy} disabled={!who || !ip.trim()} {...(who && ip.trim() ? {} : { title: t("try.incomplete") })}>
          {t("try.ask")}
        </Button>
        <span className="lb-meta lb-muted">{t("try.noTrace")}</span>
      </div>
      {shown && (
        <p className="lb-danger" role="alert">
          {shown.message || t("try.failed")}
        </p>
      )}
      <div role="status">{answer && <Answer answer={answer} />}</div>
    </form>
  );
}

function Answer({ answer }: { answer: LoginTrial }) {
  const { t } = useTranslation("policies");
  const tone = !answer.allowed ? "lb-danger" : answer.then === "approval" ? "lb-warning" : "lb-success";
  return (
    <div className="lb-stack">
      <p className={`lb-try-answer ${tone}`}>{answer.allowed ? t(`try.then.${answer.then ?? "signed_in"}`) : t("try.refused", { reason: answer.message ?? "" })}</p>
      <WhyTree node={answer.explanation} />
    </div>
  );
}
