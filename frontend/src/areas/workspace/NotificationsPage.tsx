import { useTranslation } from "react-i18next";
import { Page } from "@/ui/Page";
import { NotificationList } from "@/ui/shell/NotificationList";

export function NotificationsPage() {
  const { t } = useTranslation("shell");
  return (
    <Page title={t("bell.title")} bare>
      <section className="lb-card">
        <NotificationList />
      </section>
    </Page>
  );
}
