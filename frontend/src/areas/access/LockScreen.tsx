import { Button, Input } from "antd";
import { Suspense, lazy, useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { isProblem, type Problem } from "@/api/problem";
import { onOpening, signIn } from "@/api/session";
import type { Me } from "@/api/types";
import { Loading } from "@/ui/StateView";
import type { Pending } from "./signin/AfterPassword";
import { refusalName } from "./signin/refusals";
import { Told } from "./signin/Told";
import "./signin/signin.css";
import "@/ui/shell/lock.css";

const AfterPassword = lazy(() => import("./signin/AfterPassword").then((module) => ({ default: module.AfterPassword })));

/** Stands in place of the content while locked; password, and what the policy asks after it, return to the same address. */
export function LockScreen({ me, onOpen, onLeave }: { me: Me; onOpen: () => void; onLeave: () => void }) {
  const { t } = useTranslation("shell");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [pending, setPending] = useState<Pending | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  useEffect(() => onOpening(onOpen), [onOpen]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const step = await signIn(me.tenant.code, me.employee.username, password);
      if (step) setPending({ step });
      else onOpen();
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (refusalName(error)) setPending({ refusal: error });
      else setRefusal(error);
    }
    setBusy(false);
  };
  const back = (problem: Problem | null) => {
    setPending(null);
    setPassword("");
    setRefusal(problem);
  };
  return (
    <main className="lb-lock">
      {pending ? (
        <div className="lb-card lb-lock-card">
          <Suspense fallback={<Loading rows={3} />}>
            <AfterPassword pending={pending} onPending={setPending} onOpen={onOpen} onBack={back} />
          </Suspense>
        </div>
      ) : (
        <form className="lb-card lb-stack lb-lock-card" onSubmit={(event) => void submit(event)}>
          <h1>{t("lock.title")}</h1>
          <p className="lb-muted">{t("lock.detail", { name: me.employee.displayName })}</p>
          <Input.Password aria-label={t("lock.password")} placeholder={t("lock.password")} autoFocus autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
          <Told problem={refusal} />
          <Button type="primary" htmlType="submit" loading={busy} disabled={!password}>
            {t("lock.open")}
          </Button>
          <Button type="text" onClick={onLeave}>
            {t("lock.leave")}
          </Button>
        </form>
      )}
    </main>
  );
}
