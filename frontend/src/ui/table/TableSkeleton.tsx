import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const ROWS = 12;

/** Rows of the real height, after 150 ms. */
export function TableSkeleton({ height }: { height: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="lb-datatable-body" role="status" aria-busy>
      <span className="lb-sr">{t("common:loading")}</span>
      {shown && Array.from({ length: ROWS }, (_, index) => <div key={index} className="lb-skeleton-row" style={{ height }} />)}
    </div>
  );
}
