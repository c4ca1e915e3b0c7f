import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { signOut } from "@/api/session";
import { DetailPage } from "@/ui/DetailPage";
import { Facts } from "@/ui/Facts";
import { useMe } from "@/ui/me";
import { Avatar } from "@/ui/Person";
import { Display } from "./Display";
import { MyLogins } from "./MyLogins";
import { MyPermissions } from "./MyPermissions";
import { MySecurity } from "./MySecurity";
import "./me.css";

/** Who I am, how I sign in, where I am signed in, what I may, how it looks. */
export function MePage() {
  const { t } = useTranslation("me");
  const me = useMe();
  const { employee } = me;
  return (
    <DetailPage
      title={t("title")}
      head={
        <>
          <Avatar id={employee.id} name={employee.displayName} size={32} />
          <h1>{employee.displayName}</h1>
          <span className="lb-muted">{me.orgUnit.name}</span>
        </>
      }
      actions={null}
      facts={
        <>
          <h2>{t("profile.title")}</h2>
          <Facts
            facts={[
              { key: "username", label: t("profile.username"), value: employee.username },
              { key: "employeeNo", label: t("profile.employeeNo"), value: employee.employeeNo },
              { key: "tenant", label: t("profile.tenant"), value: me.tenant.name },
              { key: "orgUnit", label: t("profile.orgUnit"), value: me.orgUnit.name },
              { key: "roles", label: t("profile.roles"), value: me.roles.map(({ name }) => name).join(t("comma")) },
            ]}
          />
          <p className="lb-meta lb-muted">{t("profile.hint")}</p>
          <Button onClick={() => void signOut()}>{t("profile.signOut")}</Button>
        </>
      }
      tabs={[
        { key: "security", label: t("tab.security"), content: <MySecurity /> },
        { key: "logins", label: t("tab.logins"), content: <MyLogins /> },
        { key: "permissions", label: t("tab.permissions"), content: <MyPermissions /> },
        { key: "display", label: t("tab.display"), content: <Display /> },
      ]}
    />
  );
}
