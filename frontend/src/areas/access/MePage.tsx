import { Button, Radio, Segmented, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { signOut } from "@/api/session";
import { chooseLanguage, currentLanguage, languages } from "@/i18n";
import { chooseMode, useModeChoice } from "@/theme/mode";
import { rowHeight, type Density } from "@/theme/tokens";
import { Facts } from "@/ui/Facts";
import { useMe } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { Avatar } from "@/ui/Person";
import { usePreference } from "@/ui/preferences";

const modes = ["system", "light", "dark"] as const;
const densities = Object.keys(rowHeight) as Density[];

export function MePage() {
  const { t } = useTranslation("access");
  const me = useMe();
  const { employee } = me;
  return (
    <Page title={t("me.title")} actions={<Button onClick={() => void signOut()}>{t("me.signOut")}</Button>}>
      <div className="lb-columns">
        <div className="lb-stack">
          <Display />
          <Section title={t("me.permissions")}>
            <Facts
              facts={me.permissions.map(({ permission, scope }) => ({
                key: permission,
                label: permission,
                value: t(`me.scopes.${scope}`),
              }))}
            />
          </Section>
        </div>
        <div className="lb-stack">
          <Section title={t("me.profile")}>
            <span className="lb-row">
              <Avatar id={employee.id} name={employee.displayName} size={32} />
              <strong>{employee.displayName}</strong>
            </span>
            <Facts
              facts={[
                { key: "username", label: t("me.username"), value: employee.username },
                { key: "employeeNo", label: t("me.employeeNo"), value: employee.employeeNo },
                { key: "tenant", label: t("me.tenant"), value: me.tenant.name },
                { key: "orgUnit", label: t("me.orgUnit"), value: me.orgUnit?.name },
                { key: "roles", label: t("me.roles"), value: me.roles.map(({ name }) => name).join(t("me.comma")) },
              ]}
            />
          </Section>
          {me.fields.length > 0 && (
            <Section title={t("me.fields")}>
              <Facts facts={me.fields.map(({ field, visibility }) => ({ key: field, label: field, value: t(`me.visibility.${visibility}`) }))} />
            </Section>
          )}
        </div>
      </div>
    </Page>
  );
}

function Display() {
  const { t } = useTranslation("access");
  const mode = useModeChoice();
  const [density, setDensity] = usePreference<Density>("ui.density", "normal");
  const [keys, setKeys] = usePreference("ui.singleKeys", true);
  return (
    <Section title={t("me.display")}>
      <Facts
        facts={[
          {
            key: "language",
            label: t("me.language"),
            value: (
              <Radio.Group
                aria-label={t("me.language")}
                value={currentLanguage()}
                onChange={(event) => void chooseLanguage(event.target.value as (typeof languages)[number])}
                options={languages.map((value) => ({ value, label: t(`common:language.${value}`) }))}
              />
            ),
          },
          { key: "theme", label: t("me.theme"), value: <Segmented aria-label={t("me.theme")} value={mode} onChange={chooseMode} options={modes.map((value) => ({ value, label: t(`common:theme.${value}`) }))} /> },
          { key: "density", label: t("me.density"), value: <Segmented aria-label={t("me.density")} value={density} onChange={setDensity} options={densities.map((value) => ({ value, label: t(`common:density.${value}`) }))} /> },
          {
            key: "keys",
            label: t("me.keys"),
            value: (
              <span className="lb-row">
                <Switch aria-label={t("me.keys")} checked={keys} onChange={setKeys} />
                <span className="lb-meta lb-muted">{t("me.keysHint")}</span>
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}
