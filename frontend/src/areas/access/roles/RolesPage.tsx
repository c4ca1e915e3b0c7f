import { PlusOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Role } from "@/api/types";
import { Can } from "@/ui/ActionButton";
import { useKeys } from "@/ui/keys";
import { useCan } from "@/ui/me";
import { Page } from "@/ui/Page";
import { useSeeAs } from "@/ui/preview";
import { StateView } from "@/ui/StateView";
import { onePage } from "@/ui/table/column";
import { DataTable } from "@/ui/table/DataTable";
import { roleColumns } from "./columns";
import { useRoleDialogs } from "./useRoleDialogs";
import { useRoleList } from "./useRoles";
import "./roles.css";

export function RolesPage() {
  const { t } = useTranslation("roles");
  const can = useCan();
  const navigate = useNavigate();
  const seeAs = useSeeAs();
  const roles = useRoleList();
  const { acts, dialogs } = useRoleDialogs();
  const columns = useMemo(() => roleColumns(t), [t]);
  const mayCreate = can("access.roles.manage");
  const create = () => void navigate("/settings/roles/new");
  const open = (role: { id: string }) => void navigate(`/settings/roles/${role.id}`);
  const act = (name: string, role: Role) => {
    if (name === "preview") seeAs({ id: role.id, name: role.name }, "/");
    else acts(role, { onCopied: open, onDeleted: () => undefined }).find(({ key }) => key === name)?.run();
  };
  useKeys(t("title"), mayCreate ? { n: { run: create, label: t("page.newRole") } } : {});
  return (
    <Page
      fill
      title={t("title")}
      actions={
        <Can permission="access.roles.manage">
          <Button type="primary" icon={<PlusOutlined />} onClick={create}>
            {t("page.newRole")}
          </Button>
        </Can>
      }
    >
      <DataTable id="roles" query={onePage(roles)} columns={columns} empty={<StateView title={t("list.empty")} detail={t("list.emptyDetail")} />} filters={<p className="lb-muted">{t("list.hint")}</p>} onOpen={open} onAct={act} />
      {dialogs}
    </Page>
  );
}
