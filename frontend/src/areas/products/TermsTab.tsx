import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProductVersion } from "@/api/types";
import { Facts } from "@/ui/Facts";
import { BodyEditor } from "./BodyEditor";
import type { DraftBody } from "./useDraftBody";
import { useFields, usePlaces } from "./useProducts";
import { useBodyLines } from "./words";

/** All that a version says besides its rules: edited on the draft, read on the others. */
export function TermsTab({ version, draft, bar }: { version: ProductVersion; draft: DraftBody | null; bar: ReactNode }) {
  const { t } = useTranslation(["products", "rules", "ui"]);
  const places = usePlaces();
  const lines = useBodyLines(useFields(), places);
  if (draft?.body) {
    return (
      <div className="lb-stack">
        <BodyEditor body={draft.body} onChange={draft.change} places={places} errors={draft.problem?.errors ?? []} disabled={draft.busy} />
        <div className="lb-terms-foot">{bar}</div>
      </div>
    );
  }
  return (
    <div className="lb-stack">
      <p className="lb-muted">{t("version.frozen")}</p>
      <Facts facts={lines(version).filter(({ path }) => !path.startsWith("/rules")).map(({ path, label, text }) => ({ key: path, label, value: text }))} />
    </div>
  );
}
