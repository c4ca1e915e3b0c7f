import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Page } from "@/ui/Page";
import { MessageCentre, messageTabs } from "@/ui/shell/MessageCentre";

export function NotificationsPage() {
  const { t } = useTranslation("shell");
  const [query, setQuery] = useSearchParams();
  const tab = messageTabs.find((key) => key === query.get("tab")) ?? "messages";
  return (
    <Page title={t("bell.title")} bare>
      <section className="lb-card lb-messages">
        <MessageCentre tab={tab} onTab={(key) => setQuery({ tab: key }, { replace: true })} />
      </section>
    </Page>
  );
}
