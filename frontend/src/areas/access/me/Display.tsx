import { Radio, Segmented, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { chooseLanguage, currentLanguage, languages } from "@/i18n";
import { chooseMode, useModeChoice } from "@/theme/mode";
import { rowHeight, type Density } from "@/theme/tokens";
import { Facts } from "@/ui/Facts";
import { usePreference } from "@/ui/preferences";

const modes = ["system", "light", "dark"] as const;
const densities = Object.keys(rowHeight) as Density[];

export function Display() {
  const { t } = useTranslation("me");
  const mode = useModeChoice();
  const [density, setDensity] = usePreference<Density>("ui.density", "normal");
  const [keys, setKeys] = usePreference("ui.singleKeys", true);
  return (
    <Facts
      facts={[
        {
          key: "language",
          label: t("display.language"),
          value: (
            <Radio.Group
              aria-label={t("display.language")}
              value={currentLanguage()}
              onChange={(event) => void chooseLanguage(event.target.value as (typeof languages)[number])}
              options={languages.map((value) => ({ value, label: t(`common:language.${value}`) }))}
            />
          ),
        },
        { key: "theme", label: t("display.theme"), value: <Segmented aria-label={t("display.theme")} value={mode} onChange={chooseMode} options={modes.map((value) => ({ value, label: t(`common:theme.${value}`) }))} /> },
        { key: "density", label: t("display.density"), value: <Segmented aria-label={t("display.density")} value={density} onChange={setDensity} options={densities.map((value) => ({ value, label: t(`common:density.${value}`) }))} /> },
        {
          key: "keys",
          label: t("display.keys"),
          value: (
            <span className="lb-row lb-row-wrap">
              <Switch aria-label={t("display.keys")} checked={keys} onChange={setKeys} />
              <span className="lb-meta lb-muted">{t("display.keysHint")}</span>
            </span>
          ),
        },
      ]}
    />
  );
}
