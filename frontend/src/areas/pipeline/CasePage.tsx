import { EditOutlined, LeftOutlined, MoneyCollectOutlined } from "@/ui/icons";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import type { Case, StageRef } from "@/api/types";
import { CustomerFacts } from "@/areas/customers/CustomerFacts";
import { CaseMoney, Sums } from "@/areas/finance/CaseMoney";
import { ReceiptForm } from "@/areas/finance/ReceiptForm";
import { useCaseReceipts } from "@/areas/finance/useReceipts";
import { ActionButton, findAction } from "@/ui/ActionButton";
import { DetailPage } from "@/ui/DetailPage";
import { StageClock } from "@/ui/kanban/KanbanCard";
import { MoveMenu } from "@/ui/kanban/MoveMenu";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { Person } from "@/ui/Person";
import { RowDrawer } from "@/ui/RowDrawer";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { useNow } from "@/ui/useFormat";
import { CaseHistory } from "./CaseHistory";
import { caseName } from "./caseName";
import { CaseFacts } from "./CasePeek";
import { Documents } from "./Documents";
import { TermsForm } from "./forms";
import { Lending } from "./Lending";
import { Onward } from "./Onward";
import { Participants } from "./Participants";
import { Steps } from "./Steps";
import { judged } from "./targets";
import { useCase, useHistory } from "./useCases";
import { useDialog } from "@/ui/useDialog";
import { useMoveCase } from "./useMoveCase";
import "./pipeline.css";

const TABS = ["progress", "lending", "money", "documents", "history"] as const;

export function CasePage() {
  const { t } = useTranslation("pipeline");
  const { caseId = "" } = useParams();
  const found = useCase(caseId);
  if (!found.data) {
    return (
      <Page title={t("detail.title")} bare>
        <StateView state={found.error ? "error" : "loading"} error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  return <Known key={found.data.id} found={found.data} />;
}

function Known({ found }: { found: Case }) {
  const { t } = useTranslation(["pipeline", "finance"]);
  const navigate = useNavigate();
  const now = useNow(30_000);
  const can = useCan();
  const history = useHistory(found.id);
  const [, setQuery] = useSearchParams();
  const { move, dialog: moveDialog } = useMoveCase();
  const { show, dialog } = useDialog();
  const [moving, setMoving] = useState<string | null>(null);
  const [refused, setRefused] = useState<{ reason: string; stage: StageRef } | null>(null);
  const [customer, setCustomer] = useState(false);
  const open = (tab: string) => setQuery({ tab }, { replace: true });
  const moveAction = findAction(found.allowedActions, "move");
  const sees = can("finance.view");
  const advance = async (stage: StageRef) => {
    setMoving(stage.id);
    setRefused(null);
    try {
      const outcome = await move(found, stage);
      if (outcome.moved || !outcome.reason) return;
      setRefused({ reason: outcome.reason, stage });
      open("progress");
    } finally {
      setMoving(null);
    }
  };
  const edit = () => show(t("detail.terms"), (close) => <TermsForm row={found} onDone={close} onCancel={close} />);
  const record = () => show(t("finance:receipt.record"), (close) => <ReceiptForm row={found} outstandingFen={found.outstandingFen} onDone={close} onCancel={close} />);
  const tabs = TABS.filter((tab) => tab !== "money" || sees);
  useKeys(t("detail.title"), {
    ...Object.fromEntries(tabs.map((key, index) => [String(index + 1), { run: () => open(key), label: t(`detail.tab.${key}`) }])),
    e: { run: () => findAction(found.allowedActions, "edit")?.allowed && edit(), label: t("action.edit") },
    r: { run: () => can("finance.record") && found.outstandingFen > 0 && record(), label: t("finance:receipt.record") },
    "alt+ArrowLeft": { run: () => void navigate(-1), label: t("keys.back") },
  });
  const stageOf = (id: string) => found.next.find(({ stage }) => stage.id === id)?.stage;
  const content: Record<(typeof TABS)[number], React.ReactNode> = {
    progress: (
      <div className="lb-stack">
        {refused && (
          <Alert
            type="warning"
            showIcon
            title={refused.reason}
            action={
              refused.stage.id !== found.stage.id && (
                <Button size="small" onClick={() => void advance(refused.stage)}>
                  {t("move.again", { stage: refused.stage.name })}
                </Button>
              )
            }
            closable={{ closeIcon: true, onClose: () => setRefused(null), "aria-label": t("move.close") }}
          />
        )}
        <Steps found={found} history={history.data?.items ?? []} />
        <h2>{t("onward.title")}</h2>
        <Onward found={found} moving={moving} onMove={(stage) => void advance(stage)} />
      </div>
    ),
    lending: <Lending found={found} show={show} />,
    money: <CaseMoney found={found} show={show} />,
    documents: <Documents found={found} />,
    history: <CaseHistory caseId={found.id} />,
  };
  const received = found.documents.filter((document) => document.received).length;
  const label = (tab: (typeof TABS)[number]) => (tab === "documents" && found.documents.length > 0 ? t("detail.documents", { received, count: found.documents.length }) : t(`detail.tab.${tab}`));
  return (
    <>
      <DetailPage
        mainFirst
        title={t("detail.title")}
        head={
          <>
            <Button type="text" icon={<LeftOutlined />} aria-label={t("keys.back")} onClick={() => void navigate(-1)} />
            <h1>{caseName(found)}</h1>
            <Tone tone={found.stage.tone}>{found.stage.name}</Tone>
            <span className="lb-muted">{found.number}</span>
            <span className="lb-head-clock">
              <StageClock since={found.stageSince} dueAt={found.closedAt ? null : found.stageDueAt} now={now} />
            </span>
            <span className="lb-row lb-muted">
              {t("column.owner")} <Person person={found.owner} />
            </span>
          </>
        }
        actions={
          <>
            {moveAction && (
              <MoveMenu
                label={t("action.moveTo")}
                type="primary"
                stages={found.next.map(({ stage }) => stage)}
                current={found.stage.id}
                targets={() => Promise.resolve(found.next.map((target) => judged(target, t)))}
                onMove={(id) => {
                  const stage = stageOf(id);
                  if (stage) void advance(stage);
                }}
                refused={moveAction.allowed ? null : (moveAction.reason?.message ?? "")}
              >
                {t("action.moveTo")}
              </MoveMenu>
            )}
            {can("finance.record") && found.outstandingFen > 0 && (
              <Button icon={<MoneyCollectOutlined />} onClick={record}>
                {t("finance:receipt.record")}
              </Button>
            )}
            <ActionButton actions={found.allowedActions} action="edit" icon={<EditOutlined />} onClick={edit}>
              {t("action.edit")}
            </ActionButton>
          </>
        }
        facts={
          <>
            <h2>{t("detail.facts")}</h2>
            <CaseFacts found={found} />
            <h2>{t("participants.title")}</h2>
            <Participants found={found} />
          </>
        }
        tabs={tabs.map((key) => ({ key, label: label(key), content: content[key] }))}
        rail={<Rail found={found} sees={sees} onCustomer={() => setCustomer(true)} onMoney={() => open("money")} />}
      />
      {customer && (
        <RowDrawer open title={caseName(found)} path={`/customers/${found.customer.id}`} onClose={() => setCustomer(false)}>
          <CustomerFacts customerId={found.customer.id} />
        </RowDrawer>
      )}
      {dialog}
      {moveDialog}
    </>
  );
}

function Rail({ found, sees, onCustomer, onMoney }: { found: Case; sees: boolean; onCustomer: () => void; onMoney: () => void }) {
  const { t } = useTranslation("pipeline");
  return (
    <>
      {sees && (
        <Section
          title={t("detail.money")}
          extra={
            <Button size="small" type="text" onClick={onMoney}>
              {t("detail.receipts")}
            </Button>
          }
        >
          <MoneySums found={found} />
        </Section>
      )}
      <Section
        title={t("detail.customer")}
        extra={
          <Button size="small" onClick={onCustomer}>
            {t("detail.openCustomer")}
          </Button>
        }
      >
        <span className="lb-row lb-between">
          <strong>{caseName(found)}</strong>
          <span className="lb-masked lb-muted">{found.customer.phone?.value}</span>
        </span>
      </Section>
    </>
  );
}

function MoneySums({ found }: { found: Case }) {
  const money = useCaseReceipts(found.id);
  if (!money.data) return <StateView state={money.error ? "error" : "loading"} error={money.error} onRetry={() => void money.refetch()} />;
  return <Sums money={money.data} />;
}
