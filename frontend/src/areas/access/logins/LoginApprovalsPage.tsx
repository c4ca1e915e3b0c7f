import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import type { LoginApproval } from "@/api/types";
import { useQueryState } from "@/ui/listState";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { DataTable } from "@/ui/table/DataTable";
import { ViewTabs } from "@/ui/ViewTabs";
import { approvalColumns } from "./columns";
import { DecideDialog } from "./DecideDialog";
import { LoginRecords } from "./LoginRecords";
import { useApprovals } from "./useLogins";
import "./logins.css";

const VIEWS = ["waiting", "decided", "records"] as const;

export function LoginApprovalsPage() {
  const { t } = useTranslation("logins");
  const list = useQueryState("waiting", ["employeeId", "outcome"]);
  const view = VIEWS.find((one) => one === list.view) ?? "waiting";
  const waiting = useApprovals("waiting");
  const items = waiting.data?.pages.flatMap((page) => page.items);
  return (
    <Page
      fill
      title={t("title")}
      tabs={<ViewTabs views={VIEWS.map((key) => ({ key, label: t(`view.${key}`), ...(key === "waiting" && items ? { total: { total: items.length, capped: waiting.hasNextPage } } : {}) }))} value={view} onChange={(key) => list.setView(key)} />}
    >
      {view === "waiting" ? <Waiting query={waiting} /> : view === "decided" ? <Decided /> : <Records />}
    </Page>
  );
}

function Waiting({ query }: { query: ReturnType<typeof useApprovals> }) {
  const { t } = useTranslation("logins");
  const [chosen, setChosen] = useState<LoginApproval | null>(null);
  const columns = useMemo(() => approvalColumns(t, true), [t]);
  return (
    <>
      <DataTable
        id="login-approvals"
        query={query}
        columns={columns}
        empty={<StateView title={t("waiting.empty")} detail={t("waiting.emptyDetail")} />}
        filters={<p className="lb-muted">{t("waiting.hint")}</p>}
        onOpen={setChosen}
        onAct={(_act, row) => setChosen(row)}
      />
      <DecideDialog approval={chosen} onClose={() => setChosen(null)} />
    </>
  );
}

function Decided() {
  const { t } = useTranslation("logins");
  const query = useApprovals("decided");
  const columns = useMemo(() => approvalColumns(t, false), [t]);
  return <DataTable id="login-approvals-decided" query={query} columns={columns} empty={<StateView title={t("decided.empty")} detail={t("decided.emptyDetail")} />} />;
}

function Records() {
  const can = useCan();
  const people = api.useQuery("get", "/api/v1/employees", { params: { query: { limit: 200 } } }, { enabled: can("access.employees.view"), staleTime: 5 * 60_000 });
  return <LoginRecords {...(people.data ? { people: people.data.items } : {})} />;
}
