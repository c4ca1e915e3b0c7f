import { EditOutlined, LeftOutlined, MoreOutlined, SearchOutlined, UserSwitchOutlined } from "@/ui/icons";
import { Button, Drawer, Dropdown } from "antd";
import { Suspense, lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import type { Customer } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { ActionButton, findAction } from "@/ui/ActionButton";
import { DetailPage } from "@/ui/DetailPage";
import { DueClock } from "@/ui/DueClock";
import { useKeys } from "@/ui/keys";
import { useCan, useMe } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { Person } from "@/ui/Person";
import { TodoActions } from "@/ui/shell/TodoActions";
import { useTodoOf } from "@/ui/shell/todos";
import { Loading, StateView } from "@/ui/StateView";
import { Intent, StageTone } from "@/ui/Tone";
import { WhyTree } from "@/ui/WhyTree";
import { AssignDialog } from "./AssignDialog";
import { CallButton, callRefusal, useCall } from "./Call";
import { Portrait } from "./CustomerFacts";
import { CustomerForm } from "./CustomerForm";
import { CustomerTimeline } from "./CustomerTimeline";
import { useFollowUp } from "./FollowUp";
import { nameOf } from "./nameOf";
import { neighbours } from "./listOrder";
import { OwnershipHistory } from "./OwnershipHistory";
import { Qualification } from "./Qualification";
import { ContactTone, StarCount } from "./Stars";
import { useCustomer } from "./useCustomers";
import "./customers.css";

const MatchPanel = lazy(() => import("@/areas/products/match/MatchPanel").then((module) => ({ default: module.MatchPanel })));
const TopProducts = lazy(() => import("@/areas/products/match/TopProducts").then((module) => ({ default: module.TopProducts })));

const CustomerCases = lazy(() => import("@/areas/pipeline/CustomerCases").then((module) => ({ default: module.CustomerCases })));

const TABS = ["timeline", "qualification", "cases", "ownership"] as const;

export function CustomerPage() {
  const { t } = useTranslation("customers");
  const { customerId = "" } = useParams();
  const customer = useCustomer(customerId);
  if (!customer.data) {
    return (
      <Page title={t("detail.title")} bare>
        <StateView state={customer.error ? "error" : "loading"} error={customer.error} onRetry={() => void customer.refetch()} />
      </Page>
    );
  }
  return <Known key={customer.data.id} customer={customer.data} />;
}

function Known({ customer }: { customer: Customer }) {
  const { t } = useTranslation("customers");
  const phone = usePhone();
  const navigate = useNavigate();
  const call = useCall();
  const openFollowUp = useFollowUp();
  const [, setQuery] = useSearchParams();
  const [editing, setEditing] = useState(false);
  const [assigning, setAssigning] = useState(false);
  const [matching, setMatching] = useState(false);
  const can = useCan();
  const matches = can("products.match");
  const seesCases = can("pipeline.view");
  const audit = can("access.audit.view") ? () => void navigate(`/audit/records/${customer.id}`) : null;
  const place = neighbours(customer.id);
  const go = (id: string | null) => id && void navigate(`/customers/${id}`, { replace: true });
  const allowed = (action: string) => findAction(customer.allowedActions, action)?.allowed === true;
  const followUp = () => allowed("follow_up") && openFollowUp(customer);
  const tabKeys = Object.fromEntries(TABS.filter((key) => key !== "cases" || seesCases).map((key, index) => [String(index + 1), { run: () => setQuery({ tab: key }, { replace: true }), label: t(`detail.tab.${key}`) }]));
  useKeys(t("detail.title"), {
    ...tabKeys,
    c: { run: () => callRefusal(customer, "") === null && call(customer), label: t("action.call") },
    f: { run: followUp, label: t("action.followUp") },
    ...(matches ? { m: { run: () => setMatching(true), label: t("action.match") } } : {}),
    e: { run: () => allowed("edit") && setEditing(true), label: t("action.edit") },
    a: { run: () => allowed("assign") && setAssigning(true), label: t("action.assign") },
    J: { run: () => go(place.next), label: t("keys.nextCustomer") },
    K: { run: () => go(place.previous), label: t("keys.previousCustomer") },
    "alt+ArrowLeft": { run: () => void navigate(-1), label: t("keys.back") },
  });

  return (
    <>
      <DetailPage
        title={t("detail.title")}
        head={
          <>
            <Button type="text" icon={<LeftOutlined />} aria-label={t("keys.back")} onClick={() => void navigate(-1)} />
            <h1>{nameOf(customer.name)}</h1>
            <Intent intent={customer.intent} />
            <StageTone stage={customer.stage} />
            {customer.stars !== null && <StarCount stars={customer.stars} />}
            {(customer.contactState === "unreachable" || customer.contactState === "invalid") && <ContactTone row={customer} />}
            <span className="lb-row lb-muted">
              {t("detail.owner")} {customer.owner ? <Person person={customer.owner} /> : t("unassigned")}
            </span>
            {place.of > 0 && <span className="lb-meta lb-faint">{t("detail.position", { position: place.position, of: place.of })}</span>}
          </>
        }
        actions={
          <>
            <CallButton row={customer} primary />
            <ActionButton actions={customer.allowedActions} action="follow_up" onClick={followUp}>
              {t("action.followUp")}
            </ActionButton>
            {matches && (
              <Button icon={<SearchOutlined />} onClick={() => setMatching(true)}>
                {t("action.match")}
              </Button>
            )}
            {phone ? (
              <MoreActions customer={customer} run={{ edit: () => setEditing(true), assign: () => setAssigning(true) }} audit={audit} />
            ) : (
              <>
                <ActionButton actions={customer.allowedActions} action="edit" icon={<EditOutlined />} onClick={() => setEditing(true)}>
                  {t("action.edit")}
                </ActionButton>
                <ActionButton actions={customer.allowedActions} action="assign" icon={<UserSwitchOutlined />} onClick={() => setAssigning(true)}>
                  {t("action.assign")}
                </ActionButton>
                {audit && <Button onClick={audit}>{t("action.audit")}</Button>}
              </>
            )}
          </>
        }
        facts={<Portrait customer={customer} />}
        tabs={[
          { key: "timeline", label: t("detail.tab.timeline"), content: <CustomerTimeline customerId={customer.id} /> },
          { key: "qualification", label: t("detail.qualificationTab", { percent: Math.floor(customer.completenessBps / 100) }), content: <Qualification customer={customer} /> },
          ...(seesCases
            ? [
                {
                  key: "cases",
                  label: t("detail.tab.cases"),
                  content: (
                    <Suspense fallback={<Loading />}>
                      <CustomerCases customer={customer} />
                    </Suspense>
                  ),
                },
              ]
            : []),
          { key: "ownership", label: t("detail.tab.ownership"), content: <OwnershipHistory customerId={customer.id} /> },
        ]}
        rail={<Rail customer={customer} onFollowUp={followUp} onMatch={matches ? () => setMatching(true) : null} />}
      />
      <Drawer open={editing} onClose={() => setEditing(false)} title={t("form.editTitle")} size={phone ? "100%" : 480} destroyOnHidden>
        <CustomerForm customer={customer} onDone={() => setEditing(false)} onCancel={() => setEditing(false)} />
      </Drawer>
      <Drawer open={matching} onClose={() => setMatching(false)} title={t("detail.matchTitle", { name: nameOf(customer.name) })} size={phone ? "100%" : 860} destroyOnHidden>
        <Suspense fallback={<Loading />}>
          <MatchPanel customer={customer} />
        </Suspense>
      </Drawer>
      <AssignDialog rows={assigning ? [customer] : []} onClose={() => setAssigning(false)} />
    </>
  );
}

/** The rarer actions behind one button, where there is no room for all; a refused one says why. */
function MoreActions({ customer, run, audit }: { customer: Customer; run: Record<"edit" | "assign", () => void>; audit: (() => void) | null }) {
  const { t } = useTranslation("customers");
  const own = (["edit", "assign"] as const).flatMap((key) => {
    const action = findAction(customer.allowedActions, key);
    if (!action) return [];
    const label = t(`action.${key}`);
    return [{ key, disabled: !action.allowed, label: action.allowed ? label : `${label} · ${action.reason?.message ?? ""}`, onClick: run[key] }];
  });
  const items = [...own, ...(audit ? [{ key: "audit", label: t("action.audit"), onClick: audit }] : [])];
  if (items.length === 0) return null;
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button icon={<MoreOutlined />}>{t("action.more")}</Button>
    </Dropdown>
  );
}

function Rail({ customer, onFollowUp, onMatch }: { customer: Customer; onFollowUp: () => void; onMatch: (() => void) | null }) {
  const { t } = useTranslation("customers");
  return (
    <>
      <NextStep customer={customer} onFollowUp={onFollowUp} />
      {onMatch && (
        <Suspense fallback={<Loading rows={3} />}>
          <TopProducts customerId={customer.id} onAll={onMatch} />
        </Suspense>
      )}
      <Section title={t("detail.whyMine")}>{customer.ownership.explanation ? <WhyTree node={customer.ownership.explanation} /> : <p className="lb-muted">{t("detail.noWhy")}</p>}</Section>
    </>
  );
}

/** What is to be done next: my open to-do about this customer, else what the customer's row says. */
function NextStep({ customer, onFollowUp }: { customer: Customer; onFollowUp: () => void }) {
  const { t } = useTranslation("customers");
  const { employee } = useMe();
  const todo = useTodoOf(customer.id);
  // The owner's to-do is the agreed time; once it is done, nothing is agreed any more.
  const settled = todo.data === null && customer.owner?.id === employee.id;
  const agreed = settled ? null : customer.nextActionAt;
  const due = agreed ?? customer.firstContactDueAt;
  const record = (
    <Button size="small" onClick={onFollowUp}>
      {t("detail.record")}
    </Button>
  );
  return (
    <Section title={t("detail.next")} extra={todo.data ? record : null}>
      {todo.data ? (
        <div className="lb-stack">
          <span className="lb-row lb-between">
            <span>{todo.data.title}</span>
            <DueClock at={todo.data.dueAt} />
          </span>
          <TodoActions key={todo.data.id} todo={todo.data} />
        </div>
      ) : todo.error ? (
        <StateView state="error" error={todo.error} onRetry={() => void todo.refetch()} />
      ) : due ? (
        <span className="lb-row lb-between">
          <span>
            {t(agreed ? "detail.nextAction" : "detail.firstContact")} <DueClock at={due} />
          </span>
          {record}
        </span>
      ) : (
        <p className="lb-muted">{t("detail.noNext")}</p>
      )}
    </Section>
  );
}
