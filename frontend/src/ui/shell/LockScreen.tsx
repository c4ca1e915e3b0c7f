import { Button, Input } from "antd";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/api/problem";
import { onOpening, signIn } from "@/api/session";
import type { Me } from "@/api/types";
import "./lock.css";

/** Stands in place of the content while locked; the password returns to the same address. */
export function LockScreen({ me, onOpen }: { me: Me; onOpen: () => void }) {
  const { t } = useTranslation("shell");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => onOpening(onOpen), [onOpen]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(me.tenant.code, me.employee.username, password);
      onOpen();
    } catch (error) {
      setRefusal(isProblem(error) && error.message ? error.message : t("lock.failed"));
      setBusy(false);
    }
  };
  return (
    <main className="lb-lock">
      <form className="lb-card lb-stack" onSubmit={(event) => void submit(event)}>
        <h1>{t("lock.title")}</h1>
        <p className="lb-muted">{t("lock.detail", { name: me.employee.displayName })}</p>
        <Input.Password aria-label={t("lock.password")} placeholder={t("lock.password")} autoFocus autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
        {refusal && (
          <p className="lb-danger" role="alert">
            {refusal}
          </p>
        )}
        <Button type="primary" htmlType="submit" loading={busy} disabled={!password}>
          {t("lock.open")}
        </Button>
      </form>
    </main>
  );
}
