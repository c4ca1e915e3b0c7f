import { PlusOutlined } from "@/ui/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Modal, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, data, ifMatch, newIdempotencyKey } from "@/api/client";
import { isProblem, type Problem } from "@/api/problem";
import type { Pipeline } from "@/api/types";
import { productKinds } from "@/areas/products/useProducts";
import { EditableRows } from "@/ui/EditableRows";
import { useKeys } from "@/ui/keys";
import { useLeaveGuard } from "@/ui/leaveGuard";
import { useQueryState } from "@/ui/listState";
import { useCan } from "@/ui/me";
import { Page, Section } from "@/ui/Page";
import { StateView } from "@/ui/StateView";
import { ViewTabs } from "@/ui/ViewTabs";
import { BOARD } from "./live";
import { blankPipeline, blankStage, draftOf, withStages, type PipelineDraft } from "./pipelineDraft";
import { StageRow } from "./StageRow";
import { usePipelines } from "./useCases";
import "./pipeline.css";

const NEW = "new";

export function PipelinesPage() {
  const { t } = useTranslation("pipeline");
  const can = useCan();
  const pipelines = usePipelines();
  const list = useQueryState("", []);
  const chosen = list.query.get("pipeline");
  const editable = can("pipeline.manage");
  const choose = (id: string) => list.change({ pipeline: id });
  const shown = chosen === NEW ? null : (pipelines.data?.find(({ id }) => id === chosen) ?? pipelines.data?.[0] ?? null);
  return (
    <Page
      title={t("pipelines.title")}
      tabs={
        pipelines.data && (
          <ViewTabs
            views={[...pipelines.data.map(({ id, name }) => ({ key: id, label: name })), ...(chosen === NEW ? [{ key: NEW, label: t("pipelines.new") }] : [])]}
            value={chosen === NEW ? NEW : (shown?.id ?? "")}
            onChange={choose}
          />
        )
      }
      actions={
        editable && (
          <Button icon={<PlusOutlined />} onClick={() => choose(NEW)}>
            {t("pipelines.new")}
          </Button>
        )
      }
    >
      {!pipelines.data ? (
        <StateView state={pipelines.error ? "error" : "loading"} error={pipelines.error} onRetry={() => void pipelines.refetch()} />
      ) : !shown && chosen !== NEW ? (
        <StateView title={t("pipelines.none")} detail={t("pipelines.noneDetail")} />
      ) : (
        <Editor key={shown ? `${shown.id}.${shown.version}` : NEW} pipeline={shown} editable={editable} onSaved={(saved) => choose(saved.id)} />
      )}
    </Page>
  );
}

interface EditorProps {
  /** null makes a new one. */
  pipeline: Pipeline | null;
  editable: boolean;
  onSaved: (saved: Pipeline) => void;
}
function Editor({ pipeline, editable, onSaved }: EditorProps) {
  const { t } = useTranslation(["pipeline", "products"]);
  const { message } = App.useApp();
  const cache = useQueryClient();
  const start = useMemo(() => (pipeline ? draftOf(pipeline) : blankPipeline({ visit: t("common:stage.visit"), settled: t("common:stage.settled"), lost: t("common:stage.lost") })), [pipeline, t]);
  const [draft, setDraft] = useState<PipelineDraft>(start);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [unmapped, setUnmapped] = useState<Record<string, number> | null>(null);
  const dirty = JSON.stringify(draft) !== JSON.stringify(start);
  const allow = useLeaveGuard(dirty && !busy);
  const posts = useMemo(() => draft.stages.flatMap(({ post }) => post ?? []), [draft.stages]);
  const documents = useMemo(() => [...new Set(draft.stages.flatMap(({ entry }) => entry.flatMap(({ kind, name }) => (kind === "document" && name ? [name] : []))))], [draft.stages]);
  const save = async (mapping: Record<string, string> = {}) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const header = { "Idempotency-Key": newIdempotencyKey() };
    try {
      const saved = pipeline
        ? await data(client.PUT("/api/v1/pipelines/{pipeline_id}", { params: { path: { pipeline_id: pipeline.id }, header: { ...header, ...ifMatch(pipeline.version) } }, body: { ...draft, mapping } }))
        : await data(client.POST("/api/v1/pipelines", { params: { header }, body: draft }));
      allow();
      setUnmapped(null);
      void message.success(t("pipelines.saved"));
      await Promise.all([cache.invalidateQueries({ queryKey: ["get", "/api/v1/pipelines"] }), cache.invalidateQueries({ queryKey: BOARD })]);
      onSaved(saved);
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.code === "pipeline.mapping-needed") setUnmapped(error.current as Record<string, number>);
      else setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  useKeys(t("pipelines.title"), { "ctrl+Enter": { run: () => editable && dirty && void save(), label: t("pipelines.save") } });
  const errorsAt = (index: number) => (problem?.errors ?? []).filter(({ pointer }) => pointer.replace(/^#/, "").startsWith(`/stages/${index}/`) || pointer.replace(/^#/, "") === `/stages/${index}`).map((error) => error.message);
  const placed = draft.stages.reduce((sum, _stage, index) => sum + errorsAt(index).length, 0);
  return (
    <>
      {problem && (
        <Alert
          type="error"
          showIcon
          title={placed > 0 && placed === problem.errors.length ? t("pipelines.failed") : problem.errors.length > 0 ? problem.errors.map((error) => error.message).join(t("pipelines.comma")) : problem.message}
          description={problem.requestId ? t("common:requestId", { id: problem.requestId }) : undefined}
          action={
            problem.code === "core.stale" && (
              <Button size="small" onClick={() => void cache.invalidateQueries({ queryKey: ["get", "/api/v1/pipelines"] })}>
                {t("pipelines.reload")}
              </Button>
            )
          }
        />
      )}
      <Section title={t("pipelines.basics")}>
        <div className="lb-row lb-row-wrap">
          <Input value={draft.name} maxLength={30} disabled={!editable} aria-label={t("pipelines.pipelineName")} placeholder={t("pipelines.pipelineName")} style={{ width: 240 }} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
          <Select
            mode="multiple"
            className="lb-grow"
            style={{ minWidth: 240 }}
            value={draft.productKinds}
            disabled={!editable}
            aria-label={t("pipelines.kinds")}
            placeholder={t("pipelines.kindsHint")}
            options={productKinds.map((kind) => ({ value: kind, label: t(`products:kind.${kind}`) }))}
            onChange={(kinds) => setDraft({ ...draft, productKinds: kinds })}
          />
          <Checkbox checked={draft.isDefault} disabled={!editable || pipeline?.isDefault === true} onChange={(event) => setDraft({ ...draft, isDefault: event.target.checked })}>
            {t("pipelines.isDefault")}
          </Checkbox>
        </div>
      </Section>
      <Section
        className="lb-stages"
        title={t("pipelines.stages", { count: draft.stages.length })}
        extra={
          editable && (
            <span className="lb-row">
              {dirty && (
                <Button disabled={busy} onClick={() => setDraft(start)}>
                  {t("pipelines.undo")}
                </Button>
              )}
              <Button type="primary" loading={busy} disabled={!dirty} onClick={() => void save()}>
                {t("pipelines.save")}
              </Button>
            </span>
          )
        }
      >
        <EditableRows
          rows={draft.stages}
          disabled={!editable}
          max={40}
          blank={() => blankStage(draft.stages)}
          addLabel={t("pipelines.addStage")}
          rowName={(index) => draft.stages[index]?.name || t("pipelines.stageNumber", { number: index + 1 })}
          onChange={(stages) => setDraft(withStages(draft, stages))}
        >
          {(stage, change, index) => <StageRow stage={stage} stages={draft.stages} posts={posts} documents={documents} disabled={!editable} errors={errorsAt(index)} onChange={change} />}
        </EditableRows>
      </Section>
      {unmapped && <Mapping before={start} after={draft} counts={unmapped} busy={busy} onSave={(mapping) => void save(mapping)} onClose={() => setUnmapped(null)} />}
    </>
  );
}

/** Where running cases go whose stage is to be removed. */
function Mapping({ before, after, counts, busy, onSave, onClose }: { before: PipelineDraft; after: PipelineDraft; counts: Record<string, number>; busy: boolean; onSave: (mapping: Record<string, string>) => void; onClose: () => void }) {
  const { t } = useTranslation("pipeline");
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const codes = Object.keys(counts);
  return (
    <Modal open title={t("pipelines.mapping.title")} onCancel={onClose} footer={null} width={480}>
      <div className="lb-stack">
        <p className="lb-muted">{t("pipelines.mapping.detail")}</p>
        <ul className="lb-stack">
          {codes.map((code) => {
            const name = before.stages.find((stage) => stage.code === code)?.name ?? code;
            return (
              <li key={code} className="lb-row lb-between">
                <span>{t("pipelines.mapping.stage", { name, count: counts[code] })}</span>
                <Select
                  style={{ width: 200 }}
                  value={mapping[code] ?? null}
                  aria-label={t("pipelines.mapping.to", { name })}
                  placeholder={t("pipelines.mapping.choose")}
                  options={after.stages.map((stage) => ({ value: stage.code, label: stage.name }))}
                  onChange={(to) => setMapping({ ...mapping, [code]: to })}
                />
              </li>
            );
          })}
        </ul>
        <Button type="primary" loading={busy} disabled={codes.some((code) => !mapping[code])} onClick={() => onSave(mapping)}>
          {t("pipelines.mapping.save")}
        </Button>
      </div>
    </Modal>
  );
}
