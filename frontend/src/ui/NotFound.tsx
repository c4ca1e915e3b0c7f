import { Button } from "antd";
import { useNavigate } from "react-router";
import { useTranslation } from "react-i18next";
import { Page } from "./Page";
import { StateView } from "./StateView";

export function NotFound() {
  const { t } = useTranslation("ui");
  const navigate = useNavigate();
  return (
    <Page title={t("state.missing.title")} bare>
      <StateView
        state="missing"
        action={
          <Button type="primary" onClick={() => void navigate("/")}>
            {t("state.home")}
          </Button>
        }
      />
    </Page>
  );
}
