import { Tabs } from "antd";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";
import { usePhone } from "@/theme/mode";
import { Page } from "./Page";
import "./detail.css";

export interface DetailTab {
  key: string;
  label: string;
  content: ReactNode;
}
interface DetailPageProps {
  /** Document title: no personal data. */
  title: string;
  /** Sticky head with the h1: who, tags, stage, owner. */
  head: ReactNode;
  actions: ReactNode;
  facts?: ReactNode;
  tabs: readonly DetailTab[];
  rail?: ReactNode;
  /** On phones the tabs stand before the facts. */
  mainFirst?: boolean;
}

/** Sticky head, facts at the left, tabs in the middle, rail at the right; on phones one column with the actions at the bottom. */
export function DetailPage({ title, head, actions, facts, tabs, rail, mainFirst = false }: DetailPageProps) {
  const phone = usePhone();
  const [query, setQuery] = useSearchParams();
  const shown = tabs.find((tab) => tab.key === query.get("tab")) ?? tabs[0];
  const choose = (key: string) =>
    setQuery(
      (before) => {
        before.set("tab", key);
        return before;
      },
      { replace: true },
    );
  return (
    <Page title={title} headless fill>
      <header className="lb-detail-head">
        <div className="lb-row lb-row-wrap lb-grow">{head}</div>
        {!phone && actions && <div className="lb-row">{actions}</div>}
      </header>
      <div className="lb-detail" data-main-first={mainFirst}>
        {facts && <aside className="lb-card lb-detail-facts">{facts}</aside>}
        <section className="lb-card lb-detail-main">
          <Tabs activeKey={shown?.key ?? ""} onChange={choose} items={tabs.map(({ key, label, content }) => ({ key, label, children: content }))} destroyOnHidden />
        </section>
        {rail && <aside className="lb-detail-rail">{rail}</aside>}
      </div>
      {phone && actions && <footer className="lb-detail-actions">{actions}</footer>}
    </Page>
  );
}
