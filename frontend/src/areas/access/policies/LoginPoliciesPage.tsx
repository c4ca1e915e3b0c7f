import { Alert, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LoginPolicy } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { ChipGroup } from "@/ui/ChipGroup";
import { useLeaveGuard } from "@/ui/leaveGuard";
import { useQueryState } from "@/ui/listState";
import { useCan } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { ViewTabs } from "@/ui/ViewTabs";
import { CalendarTab } from "./CalendarTab";
import { clients, targetKey, type Draft, type Target } from "./draft";
import { PolicyEditor } from "./PolicyEditor";
import { StaffSelect, TryPanel, type OpenDraft } from "./TryPanel";
import { usePlaces, usePolicies, useRoleNames, useStaff } from "./usePolicies";
import "./policies.css";

const tabs = ["policies", "try", "calendar"] as const;
interface Subject {
  kind: Target["kind"];
  id: string;
  name: string;
}
type Drafts = Readonly<Record<string, OpenDraft>>;

/** Who may sign in from where and when: policies of roles and employees by client, the dry run, the calendar. */
export function LoginPoliciesPage() {
  const { t } = useTranslation("policies");
  const list = useQueryState("", []);
  const tab = tabs.find((known) => known === list.query.get("tab")) ?? "policies";
  // Unsaved parts outlive a change of tab, role or client; only leaving the page asks about them.
  const [drafts, setDrafts] = useState<Drafts>({});
  const open = Object.values(drafts);
  return (
    <Page
      title={t("page.title")}
      tabs={<ViewTabs value={tab} changed={tab === "policies" && open.length > 0} onChange={(key) => list.change({ tab: key === "policies" ? undefined : key })} views={tabs.map((key) => ({ key, label: t(`page.tab.${key}`) }))} />}
    >
      {open.length > 0 && <Guard />}
      {tab === "policies" && <Policies drafts={drafts} onDrafts={setDrafts} />}
      {tab === "try" && (
        <Section className="lb-try-page">
          <TryPanel drafts={open} employeeId={null} client="web" />
        </Section>
      )}
      {tab === "calendar" && <CalendarTab />}
    </Page>
  );
}

/** Mounted only while something is unsaved: the router knows one guard at a time, and the forms of this page have their own. */
function Guard() {
  useLeaveGuard(true);
  return null;
}

function Policies({ drafts, onDrafts }: { drafts: Drafts; onDrafts: (drafts: Drafts) => void }) {
  const { t } = useTranslation("policies");
  const can = useCan();
  const list = useQueryState("", []);
  const policies = usePolicies();
  const places = usePlaces();
  const roles = useRoleNames(can("access.employees.view"));
  const staff = useStaff(can("access.employees.view"));
  const subjects = useMemo(() => subjectsOf(policies.data?.items ?? [], roles.data?.items ?? []), [policies.data, roles.data]);
  if (!policies.data || (can("access.employees.view") && roles.isPending)) {
    const error = policies.error ?? roles.error;
    return <StateView state={error ? "error" : "loading"} error={error} onRetry={() => void policies.refetch()} />;
  }
  const employeeId = list.query.get("employee");
  const person = employeeId ? (staff.data?.items.find(({ id }) => id === employeeId) ?? null) : null;
  const wanted = employeeId
    ? (subjects.find(({ kind, id }) => kind === "employee" && id === employeeId) ?? { kind: "employee" as const, id: employeeId, name: person?.displayName ?? t("page.employee") })
    : (subjects.find(({ kind, id }) => kind === "role" && id === list.query.get("role")) ?? subjects[0]);
  if (!wanted) return <StateView title={t("page.empty")} detail={t("page.emptyDetail")} />;
  const client = clients.find((known) => known === list.query.get("client")) ?? "web";
  const target: Target = { kind: wanted.kind, id: wanted.id, client };
  const key = targetKey(target);
  const choose = (kind: Target["kind"], id: string) => list.change({ role: kind === "role" ? id : undefined, employee: kind === "employee" ? id : undefined });
  const policyOf = (kind: string, id: string, on: string) => policies.data.items.find(({ subject, client: its }) => subject.kind === kind && subject.id === id && its === on) ?? null;
  const keep = (draft: Draft | null) => {
    const { [key]: _gone, ...others } = drafts;
    onDrafts(draft ? { ...others, [key]: { target, name: wanted.name, draft } } : others);
  };
  const ofRoles = wanted.kind === "employee" ? (person?.roles ?? []).flatMap(({ id }) => policyOf("role", id, client) ?? []) : [];
  return (
    <div className="lb-policies">
      <aside className="lb-policy-subjects">
        <Subjects subjects={subjects} wanted={wanted} policies={policies.data.items} drafts={drafts} onChoose={choose} />
        {can("access.employees.view") && <StaffSelect label={t("page.addEmployee")} placeholder={t("page.addEmployee")} value={null} onChange={(id) => id && choose("employee", id)} />}
      </aside>
      <div className="lb-stack">
        {places.data && !places.data.ownFile && <Alert type="info" showIcon title={t("page.dataOf", { date: places.data.dataOf })} />}
        <ChipGroup
          label={t("page.client")}
          value={client}
          onChange={(on) => list.change({ client: on === "web" ? undefined : on })}
          options={clients.map((on) => {
            const there = policyOf(wanted.kind, wanted.id, on) !== null;
            const edited = drafts[targetKey({ ...target, client: on })] !== undefined;
            return { value: on, label: t(edited ? "page.clientEdited" : there ? "page.clientSet" : "page.clientPlain", { client: t(`client.${on}`) }) };
          })}
        />
        <PolicyEditor key={key} target={target} name={wanted.name} policy={policyOf(wanted.kind, wanted.id, client)} draft={drafts[key]?.draft ?? null} onDraft={keep} roles={ofRoles} places={places.data} />
      </div>
    </div>
  );
}

/** All roles, and the employees who have a policy of their own. */
function subjectsOf(policies: readonly LoginPolicy[], roles: readonly { id: string; name: string }[]): Subject[] {
  const found = new Map<string, Subject>(roles.map(({ id, name }) => [`role:${id}`, { kind: "role", id, name }]));
  for (const { subject } of policies) found.set(`${subject.kind}:${subject.id}`, found.get(`${subject.kind}:${subject.id}`) ?? subject);
  return [...found.values()].toSorted((a, b) => Number(a.kind === "employee") - Number(b.kind === "employee"));
}

interface SubjectsProps {
  subjects: readonly Subject[];
  wanted: Subject;
  policies: readonly LoginPolicy[];
  drafts: Drafts;
  onChoose: (kind: Target["kind"], id: string) => void;
}
function Subjects({ subjects: known, wanted, policies, drafts, onChoose }: SubjectsProps) {
  const { t } = useTranslation("policies");
  const phone = usePhone();
  const subjects = known.some(({ kind, id }) => kind === wanted.kind && id === wanted.id) ? known : [...known, wanted];
  const groups = (["role", "employee"] as const).map((kind) => ({ kind, items: subjects.filter((subject) => subject.kind === kind) })).filter(({ items }) => items.length > 0);
  if (phone) {
    return (
      <Select
        aria-label={t("page.subject")}
        value={`${wanted.kind}:${wanted.id}`}
        options={groups.map(({ kind, items }) => ({ label: t(`page.group.${kind}`), title: kind, options: items.map(({ id, name }) => ({ value: `${kind}:${id}`, label: name })) }))}
        onChange={(value: string) => onChoose(value.startsWith("role:") ? "role" : "employee", value.slice(value.indexOf(":") + 1))}
      />
    );
  }
  return (
    <nav aria-label={t("page.subject")} className="lb-stack">
      {groups.map(({ kind, items }) => (
        <section key={kind} className="lb-stack lb-stack-tight">
          <h2 className="lb-meta lb-muted">{t(`page.group.${kind}`)}</h2>
          <ul>
            {items.map(({ id, name }) => {
              const count = policies.filter(({ subject }) => subject.kind === kind && subject.id === id).length;
              const edited = Object.values(drafts).some(({ target }) => target.kind === kind && target.id === id);
              return (
                <li key={id}>
                  <button type="button" className="lb-policy-subject" aria-current={wanted.kind === kind && wanted.id === id ? "true" : undefined} onClick={() => onChoose(kind, id)}>
                    <span className="lb-ellipsis">{name}</span>
                    {edited ? <span className="lb-meta lb-warning">{t("page.edited")}</span> : count > 0 && <span className="lb-meta lb-faint">{t("page.count", { count })}</span>}
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}
