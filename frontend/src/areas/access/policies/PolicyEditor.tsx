import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { LoginPolicy, Places } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { DeleteOutlined } from "@/ui/icons";
import { useKeys } from "@/ui/keys";
import { scrollToTop } from "@/ui/scrollTo";
import { useFormat, useNow } from "@/ui/useFormat";
import { ConflictPanel } from "./ConflictPanel";
import { bodyOf, changedParts, draftOf, errorsOf, isPlaced, partNames, policyIn, sentenceOf, takeOver, type Draft, type PartName, type Target } from "./draft";
import { ImpactPanel } from "./ImpactPanel";
import { PartCard } from "./PartCard";
import { TryPanel } from "./TryPanel";
import { policiesChanged } from "./usePolicies";

interface PolicyEditorProps {
  target: Target;
  /** The name of the role or employee. */
  name: string;
  policy: LoginPolicy | null;
  /** What stands unsaved; null when nothing does. Kept by the page, so that no tab or choice loses it. */
  draft: Draft | null;
  onDraft: (draft: Draft | null) => void;
  /** The policies of the employee's roles on this client. */
  roles: readonly LoginPolicy[];
  places: Places | undefined;
}

/** The parts of one policy: edited as a draft, its effect looked at, then saved. */
export function PolicyEditor({ target, name, policy, draft: kept, onDraft, roles, places }: PolicyEditorProps) {
  const { t } = useTranslation("policies");
  const { message, modal } = App.useApp();
  const cache = useQueryClient();
  const phone = usePhone();
  const format = useFormat();
  const now = useNow(30_000);
  const own = target.kind === "employee";
  // The policy that the draft was begun from; a newer one shows itself as a conflict when it is saved.
  const [begun, setBegun] = useState<LoginPolicy | null>(policy);
  const base = kept ? begun : policy;
  const start = useMemo(() => draftOf(base), [base]);
  const draft = kept ?? start;
  const changed = changedParts(start, draft);
  const dirty = changed.length > 0;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [theirs, setTheirs] = useState<LoginPolicy | null>(null);
  const [looking, setLooking] = useState(false);
  const [trying, setTrying] = useState(false);
  const [busy, setBusy] = useState(false);
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);

  // The first thing that is wrong comes into view.
  const editor = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const wrong = problem && (editor.current?.querySelector(".lb-part [role=alert]") ?? editor.current?.querySelector("[role=alert]"));
    if (wrong) scrollToTop(wrong.closest(".lb-part") ?? wrong);
  }, [problem]);

  const edit = (next: Draft) => {
    if (!kept) setBegun(policy);
    setProblem(null);
    onDraft(changedParts(start, next).length > 0 ? next : null);
  };
  const look = () => {
    setProblem(null);
    setKey(newIdempotencyKey());
    setLooking(true);
  };
  const refused = (error: unknown) => {
    if (!isProblem(error)) throw error;
    setLooking(false);
    setProblem(error);
  };
  const save = async () => {
    if (busy) return;
    setBusy(true);
    const header = { "Idempotency-Key": idempotencyKey };
    try {
      const saved = base
        ? await data(client.PUT("/api/v1/login-policies/{policy_id}", { params: { path: { policy_id: base.id }, header: { ...header, ...ifMatch(base.version) } }, body: bodyOf(draft) }))
        : await data(client.POST("/api/v1/login-policies", { params: { header }, body: policyIn(target, draft) }));
      setLooking(false);
      setBegun(saved);
      cache.setQueryData<{ items: LoginPolicy[] }>(["get", "/api/v1/login-policies", {}], (all) => all && { items: [...all.items.filter(({ id }) => id !== saved.id), saved] });
      onDraft(null);
      void message.success(t("editor.saved"));
      await policiesChanged(cache);
    } catch (error) {
      if (isProblem(error) && (error.code === "core.stale" || error.code === "access.policy-exists")) {
        setLooking(false);
        const fresh = await data(client.GET("/api/v1/login-policies", { params: { query: target.kind === "role" ? { roleId: target.id, client: target.client } : { employeeId: target.id, client: target.client } } }));
        setTheirs(fresh.items[0] ?? null);
        await policiesChanged(cache);
      } else refused(error);
    } finally {
      setBusy(false);
    }
  };
  const settle = (names: readonly PartName[]) => {
    if (!theirs) return;
    const merged = takeOver(draft, draftOf(theirs), names);
    setBegun(theirs);
    setTheirs(null);
    onDraft(changedParts(draftOf(theirs), merged).length > 0 ? merged : null);
  };
  const remove = () => {
    if (!policy) return;
    const gone = async () => {
      try {
        await client.DELETE("/api/v1/login-policies/{policy_id}", { params: { path: { policy_id: policy.id }, header: { "Idempotency-Key": newIdempotencyKey(), ...ifMatch(policy.version) } } });
        onDraft(null);
        void message.success(t("editor.deleted"));
      } catch (error) {
        if (!isProblem(error)) throw error;
        setProblem(error);
      }
      await policiesChanged(cache);
    };
    modal.confirm({
      title: t("editor.deleteTitle", { name, client: t(`client.${target.client}`) }),
      content: t(own ? "editor.deleteOwn" : "editor.deleteRole"),
      okText: t("editor.delete"),
      okButtonProps: { danger: true, type: "default" },
      cancelText: t("editor.cancel"),
      onOk: gone,
    });
  };
  useKeys(t("editor.keys"), { "ctrl+Enter": { run: () => dirty && !looking && look(), label: t("editor.look") }, t: { run: () => setTrying(true), label: t("try.title") } });
  const actions = (
    <span className="lb-row lb-policy-actions">
      {policy && <Button type="text" icon={<DeleteOutlined />} aria-label={t("editor.delete")} onClick={remove} />}
      {dirty && <Button onClick={() => (setProblem(null), onDraft(null))}>{t("editor.undo")}</Button>}
      <Button onClick={() => setTrying(true)}>{t("try.title")}</Button>
      <Button type="primary" disabled={!dirty} {...(dirty ? {} : { title: t("editor.unchanged") })} onClick={look}>
        {t("editor.look")}
      </Button>
    </span>
  );
  const unplaced = problem && (problem.errors.length === 0 || problem.errors.some((error) => !isPlaced(error)));
  return (
    <div className="lb-stack" ref={editor}>
      <header className="lb-policy-head lb-row lb-row-wrap lb-between">
        <span className="lb-row lb-row-wrap">
          <h2>{t("editor.heading", { name, client: t(`client.${target.client}`) })}</h2>
          <span className="lb-meta lb-muted">{policy ? t("editor.updated", { time: format.relative(policy.updatedAt, now) }) : t("editor.none")}</span>
        </span>
        {!phone && actions}
      </header>
      {problem && <Alert type="error" showIcon title={problem.message || t("editor.failed")} description={unplaced && problem.requestId ? t("common:requestId", { id: problem.requestId }) : undefined} />}
      {theirs && <ConflictPanel mine={draft} theirs={theirs} base={start} onSettle={settle} />}
      <div className="lb-parts">
        {partNames.map((part) => (
          <PartCard
            key={part}
            name={part}
            draft={draft}
            onChange={edit}
            own={own}
            changed={changed.includes(part)}
            sentence={sentenceOf(base, part)}
            followed={roles.flatMap((role) => (role.parts[part] ? [t("part.followed", { role: role.subject.name, sentence: sentenceOf(role, part) })] : []))}
            errors={errorsOf(problem?.errors ?? [], part)}
            places={places}
          />
        ))}
      </div>
      {phone && <footer className="lb-policy-foot">{actions}</footer>}
      <Drawer open={looking} onClose={() => setLooking(false)} title={t("impact.title")} size={phone ? "100%" : 560} destroyOnHidden>
        <ImpactPanel draft={policyIn(target, draft)} busy={busy} onSave={() => void save()} onRefused={refused} onClose={() => setLooking(false)} />
      </Drawer>
      <Drawer open={trying} onClose={() => setTrying(false)} title={t("try.title")} size={phone ? "100%" : 560} mask={false} destroyOnHidden>
        <TryPanel drafts={dirty ? [{ target, name, draft }] : []} employeeId={own ? target.id : null} client={target.client} />
      </Drawer>
    </div>
  );
}
