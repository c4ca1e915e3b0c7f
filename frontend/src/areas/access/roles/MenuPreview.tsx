import { useTranslation } from "react-i18next";
import type { PermissionCatalogue, RolePreview } from "@/api/types";
import { Section } from "@/ui/Page";
import { menuIcon } from "@/ui/shell/menu";
import { StateView } from "@/ui/StateView";
import { Tone } from "@/ui/Tone";
import { menusOf, type RoleDraft } from "./roleDraft";

interface MenuPreviewProps {
  catalogue: PermissionCatalogue;
  before: RoleDraft;
  draft: RoleDraft;
  /** What the server shows somebody with the saved role; none of a new one. */
  saved: RolePreview | undefined;
  error: unknown;
  isNew: boolean;
}

/** The menu as people with this role see it, with what the unsaved changes add and take away. */
export function MenuPreview({ catalogue, before, draft, saved, error, isNew }: MenuPreviewProps) {
  const { t } = useTranslation(["roles", "shell"]);
  const was = menusOf(before, catalogue);
  const will = menusOf(draft, catalogue);
  const now = isNew ? was : saved?.menus.map(({ key }) => key);
  const keys = now && catalogue.menus.map(({ key }) => key).filter((key) => now.includes(key) || (will.includes(key) && !was.includes(key)));
  return (
    <Section title={t("preview.title")} className="lb-role-menus">
      <p className="lb-meta lb-muted">{t(isNew ? "preview.newDetail" : "preview.detail")}</p>
      {!keys ? (
        <StateView state={error ? "error" : "loading"} error={error} />
      ) : (
        <ul>
          {keys.map((key) => {
            const added = !now.includes(key) || (isNew && !was.includes(key));
            const gone = was.includes(key) && !will.includes(key);
            return (
              <li key={key} className="lb-row" data-gone={gone}>
                {menuIcon(key)}
                <span className="lb-grow lb-ellipsis">{t(`shell:menu.${key}`)}</span>
                {added && <Tone tone="green">{t("preview.added")}</Tone>}
                {gone && <Tone tone="red">{t("preview.removed")}</Tone>}
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
