import { useTranslation } from "react-i18next";

/** Columns and cards of the real size, while the board is read. */
export function BoardSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="lb-kanban" role="status" aria-busy>
      <span className="lb-sr">{t("common:loading")}</span>
      {[3, 4, 2, 3, 1].map((cards, column) => (
        <div key={column} className="lb-kanban-column lb-kanban-skeleton" aria-hidden>
          <div className="lb-kanban-head" />
          <div className="lb-kanban-cards">
            {Array.from({ length: cards }, (_, card) => (
              <div key={card} className="lb-kanban-card" />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
