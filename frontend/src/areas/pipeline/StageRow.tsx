import { Input, InputNumber, Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useQualificationFields } from "@/areas/customers/useQualification";
import { stageCodes, stageTone, toneNames } from "@/theme/tokens";
import { Tone } from "@/ui/Tone";
import { entryKey, entryOf, plainEntries, type StageDraft } from "./pipelineDraft";

interface StageRowProps {
  stage: StageDraft;
  stages: readonly StageDraft[];
  posts: readonly string[];
  documents: readonly string[];
  disabled: boolean;
  /** The server's words on this row. */
  errors: readonly string[];
  onChange: (stage: StageDraft) => void;
}
const KNOWN_POSTS = ["sales", "submission", "collateral", "finance"];
const CLOSED = ["settled", "lost"];

/** A stage: what it is called and where it stands, how long it may take, who is responsible, what it asks for, where one may go. */
export function StageRow({ stage, stages, posts, documents, disabled, errors, onChange }: StageRowProps) {
  const { t } = useTranslation("pipeline");
  const fields = useQualificationFields().data?.items;
  const set = (part: Partial<StageDraft>) => onChange({ ...stage, ...part });
  const entries = stage.entry.map((entry) => entryKey({ kind: entry.kind, field: entry.field ?? null, name: entry.name ?? null }));
  const entryOptions = useMemo(
    () => [
      { label: t("pipelines.entry.conditions"), options: plainEntries.map((kind) => ({ value: kind as string, label: t(`pipelines.entry.${kind}`) })) },
      { label: t("pipelines.entry.documents"), options: documents.map((name) => ({ value: `document:${name}`, label: t("pipelines.entry.document", { name }) })) },
      { label: t("pipelines.entry.fields"), options: (fields ?? []).map(({ code, title }) => ({ value: `field:${code}`, label: title })) },
    ],
    [t, documents, fields],
  );
  const postLabel = (post: string) => (KNOWN_POSTS.includes(post) ? t(`pipelines.post.${post}`) : post);
  return (
    <div className="lb-stack lb-stack-tight lb-grow">
      <div className="lb-stage-grid">
        <Labelled label={t("pipelines.name")}>
          <Input value={stage.name} maxLength={20} disabled={disabled} aria-label={t("pipelines.name")} onChange={(event) => set({ name: event.target.value })} />
        </Labelled>
        <Labelled label={t("pipelines.kind")}>
          <Select value={stage.kind} disabled={disabled} aria-label={t("pipelines.kind")} options={stageCodes.map((kind) => ({ value: kind, label: t(`common:stage.${kind}`) }))} onChange={(kind) => set({ kind: kind as StageDraft["kind"], tone: stageTone(kind) })} />
        </Labelled>
        <Labelled label={t("pipelines.tone")}>
          <Select value={stage.tone} disabled={disabled} aria-label={t("pipelines.tone")} options={toneNames.map((tone) => ({ value: tone, label: <Tone tone={tone}>{t(`pipelines.tones.${tone}`)}</Tone> }))} onChange={(tone) => set({ tone })} />
        </Labelled>
        <Labelled label={t("pipelines.sla")}>
          <InputNumber value={stage.slaHours} min={1} max={8784} precision={0} controls={false} disabled={disabled || CLOSED.includes(stage.kind)} aria-label={t("pipelines.sla")} suffix={t("pipelines.hours")} style={{ width: "100%" }} onChange={(hours) => set({ slaHours: hours })} />
        </Labelled>
        <Labelled label={t("pipelines.responsible")}>
          <Select<string> allowClear value={stage.post} disabled={disabled} aria-label={t("pipelines.responsible")} options={[...new Set([...KNOWN_POSTS, ...posts])].map((post) => ({ value: post, label: postLabel(post) }))} onChange={(post) => set({ post: post ?? null })} />
        </Labelled>
        <Labelled label={t("pipelines.win")}>
          <InputNumber value={stage.winBps / 100} min={0} max={100} precision={1} controls={false} disabled={disabled} aria-label={t("pipelines.win")} suffix="%" style={{ width: "100%" }} onChange={(percent) => set({ winBps: Math.round((percent ?? 0) * 100) })} />
        </Labelled>
      </div>
      <div className="lb-stage-more">
        <Labelled label={t("pipelines.entries")}>
          <Select
            mode="tags"
            value={entries}
            disabled={disabled}
            aria-label={t("pipelines.entries")}
            placeholder={t("pipelines.entriesHint")}
            showSearch={{ optionFilterProp: "label" }}
            options={entryOptions}
            onChange={(keys: string[]) => set({ entry: keys.map(entryOf) })}
          />
        </Labelled>
        <Labelled label={t("pipelines.moves")}>
          <Select
            mode="multiple"
            value={stage.moves}
            disabled={disabled}
            aria-label={t("pipelines.moves")}
            placeholder={t("pipelines.movesHint")}
            showSearch={{ optionFilterProp: "label" }}
            options={stages.filter(({ code }) => code !== stage.code).map(({ code, name }) => ({ value: code, label: name || code }))}
            onChange={(moves: string[]) => set({ moves })}
          />
        </Labelled>
      </div>
      {errors.map((error) => (
        <p key={error} className="lb-meta lb-danger" role="alert">
          {error}
        </p>
      ))}
    </div>
  );
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="lb-stack lb-labelled">
      <span className="lb-meta lb-muted" aria-hidden>
        {label}
      </span>
      {children}
    </div>
  );
}
