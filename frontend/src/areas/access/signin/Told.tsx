import { useTranslation } from "react-i18next";
import type { Problem } from "@/api/problem";

/** A refusal in place, in the server's words, with its number. */
export function Told({ problem }: { problem: Problem | null }) {
  const { t } = useTranslation("signin");
  if (!problem) return null;
  return (
    <div className="lb-signin-refusal" role="alert">
      <p>{problem.message || t(problem.status === 0 ? "login.offline" : "login.failed")}</p>
      {problem.requestId && <p className="lb-meta">{t("common:requestId", { id: problem.requestId })}</p>}
    </div>
  );
}
