import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./page.css";

interface PageProps {
  /** Also the document's title, so never personal data; `heading` may show it. */
  title: string;
  heading?: ReactNode;
  actions?: ReactNode;
  /** Stands under the title, at the left of the actions: view tabs, a breadcrumb. */
  tabs?: ReactNode;
  /** The page fills the window and scrolls inside (lists). */
  fill?: boolean;
  /** No visible heading row; the title is there for screen readers. */
  bare?: boolean;
  /** The page draws its own h1. */
  headless?: boolean;
  children: ReactNode;
}

/** The frame of every page: title, tabs, actions, content. */
export function Page({ title, heading, actions, tabs, fill = false, bare = false, headless = false, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("common:product")}`;
  }, [title, t]);
  return (
    <div className={fill ? "lb-page lb-page-fill" : "lb-page"}>
      {headless ? null : bare ? (
        <h1 className="lb-sr">{title}</h1>
      ) : (
        <header className="lb-page-head">
          <h1>{heading ?? title}</h1>
          <div className="lb-grow">{tabs}</div>
          {actions && <div className="lb-row">{actions}</div>}
        </header>
      )}
      {children}
    </div>
  );
}

export function Section({ title, extra, children, className }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={`lb-card lb-section ${className ?? ""}`}>
      {(title || extra) && (
        <header className="lb-row lb-between">
          <h2>{title}</h2>
          {extra}
        </header>
      )}
      {children}
    </section>
  );
}
