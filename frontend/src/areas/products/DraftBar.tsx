import { Alert, Button, Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { VersionBody } from "@/api/types";
import { useFormat, useNow } from "@/ui/useFormat";
import type { Conflict, DraftBody } from "./useDraftBody";
import { useFields, usePlaces } from "./useProducts";
import { useBodyLines } from "./words";

/** What is not saved yet, with the way to save it; a draft kept on the server and another's changes are offered here. */
export function DraftBar({ draft, onSave }: { draft: DraftBody; onSave: () => void }) {
  const { t } = useTranslation("products");
  const format = useFormat();
  const now = useNow(30_000);
  const { problem, conflict, kept, dirty, busy } = draft;
  return (
    <div className="lb-stack lb-stack-tight lb-draftbar">
      {kept.found && !dirty && (
        <Alert
          type="info"
          title={t("draft.found", { time: format.relative(kept.found.savedAt, now) })}
          action={
            <span className="lb-row">
              <Button size="small" onClick={() => kept.found && draft.takeKept(kept.found.body)}>
                {t("draft.take")}
              </Button>
              <Button size="small" type="text" onClick={kept.discard}>
                {t("draft.drop")}
              </Button>
            </span>
          }
        />
      )}
      {problem && <Alert type="error" showIcon title={problem.message} description={problem.requestId ? t("common:requestId", { id: problem.requestId }) : undefined} />}
      {conflict && <Merge key={conflict.theirs.version} conflict={conflict} draft={draft} />}
      {(dirty || busy) && (
        <div className="lb-row lb-row-wrap">
          <Button type="primary" loading={busy} onClick={onSave}>
            {t("draft.save")}
          </Button>
          <Button onClick={draft.revert} disabled={busy}>
            {t("draft.revert")}
          </Button>
          <Input className="lb-draft-note" value={draft.note} maxLength={200} aria-label={t("version.note")} placeholder={t("draft.noteHint")} onChange={(event) => draft.setNote(event.target.value)} />
          <span className="lb-meta lb-muted">{t("draft.unsaved")}</span>
        </div>
      )}
    </div>
  );
}

const rulePath = (path: string) => path.startsWith("/rules/");

/** Another saved meanwhile: each thing they changed, and whose value is to stay where both did. */
function Merge({ conflict, draft }: { conflict: Conflict; draft: DraftBody }) {
  const { t } = useTranslation(["products", "rules", "ui"]);
  const fields = useFields();
  const places = usePlaces();
  const lines = useBodyLines(fields, places);
  const [mine, setMine] = useState<ReadonlySet<keyof VersionBody>>(() => new Set(conflict.keys.filter(({ both }) => both).map(({ key }) => key)));
  const told = (body: VersionBody, key: keyof VersionBody, version?: { readsAs: Conflict["theirs"]["readsAs"] }) =>
    lines({ body, ...(version ? { readsAs: version.readsAs } : {}) })
      .filter(({ path }) => (key === "rules" ? rulePath(path) : path === `/${key}`))
      .map(({ text }) => text)
      .join(t("list.comma"));
  const choose = (key: keyof VersionBody, side: string) =>
    setMine((before) => {
      const after = new Set(before);
      if (side === "mine") after.add(key);
      else after.delete(key);
      return after;
    });
  return (
    <Alert
      type="warning"
      title={t("conflict.title", { name: conflict.theirs.createdBy?.displayName ?? "" })}
      description={
        <div className="lb-stack">
          <p>{t("conflict.detail")}</p>
          <ul className="lb-stack lb-stack-tight">
            {conflict.keys.map(({ key, both }) => (
              <li key={key} className="lb-merge">
                <strong>{t(`body.${key}`)}</strong>
                <span>{told(conflict.theirs.body, key, conflict.theirs) || t("conflict.changed")}</span>
                <Segmented
                  aria-label={t("conflict.choose", { label: t(`body.${key}`) })}
                  value={mine.has(key) ? "mine" : "theirs"}
                  options={[
                    { value: "theirs", label: t("conflict.theirs") },
                    { value: "mine", label: t(both ? "conflict.mine" : "conflict.before") },
                  ]}
                  onChange={(side) => choose(key, side)}
                />
              </li>
            ))}
          </ul>
          <div className="lb-row">
            <Button onClick={() => void draft.resolve(conflict.keys.filter(({ key }) => !mine.has(key)).map(({ key }) => key))}>{t("conflict.save")}</Button>
            <Button type="text" onClick={draft.dropConflict}>
              {t("conflict.later")}
            </Button>
          </div>
        </div>
      }
    />
  );
}
