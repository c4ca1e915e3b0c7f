import type { components } from "@/api/schema";
import type { Pipeline, PipelineEntry } from "@/api/types";

export type StageDraft = Required<components["schemas"]["StageIn"]>;
export interface PipelineDraft {
  name: string;
  productKinds: Pipeline["productKinds"];
  isDefault: boolean;
  stages: StageDraft[];
}

export const plainEntries = ["product", "fee_agreed", "submission", "approved", "disbursed", "receipt", "settled_fee"] as const;

/** An entry condition as one value of a select: `product`, `field:age`, `document:身份证`. */
export const entryKey = ({ kind, field, name }: PipelineEntry): string => (kind === "field" ? `field:${field}` : kind === "document" || kind === "approval" ? `${kind}:${name}` : kind);
/** The other way round; what was typed freely is a document. */
export function entryOf(key: string): PipelineEntry {
  const at = key.indexOf(":");
  const [kind, rest] = at < 0 ? [key, ""] : [key.slice(0, at), key.slice(at + 1)];
  if (kind === "field") return { kind: "field", field: rest, name: null };
  if (kind === "approval" || kind === "document") return { kind, field: null, name: rest };
  if ((plainEntries as readonly string[]).includes(kind)) return { kind: kind as PipelineEntry["kind"], field: null, name: null };
  return { kind: "document", field: null, name: key };
}

export const draftOf = (pipeline: Pipeline): PipelineDraft => ({
  name: pipeline.name,
  productKinds: pipeline.productKinds,
  isDefault: pipeline.isDefault,
  stages: pipeline.stages.map(({ code, name, kind, tone, slaHours, post, winBps, entry, moves }) => ({ code, name, kind, tone, slaHours, post, winBps, entry, moves })),
});

/** A new stage with a code of its own; people only see its name. */
export function blankStage(stages: readonly StageDraft[]): StageDraft {
  const codes = new Set(stages.map(({ code }) => code));
  let number = stages.length + 1;
  while (codes.has(`stage_${number}`)) number += 1;
  return { code: `stage_${number}`, name: "", kind: "visit", tone: "indigo", slaHours: 72, post: null, winBps: 0, entry: [], moves: [] };
}

/** A pipeline as a new one starts: one open stage, one settled, one lost, as the server demands. */
export const blankPipeline = (words: { visit: string; settled: string; lost: string }): PipelineDraft => ({
  name: "",
  productKinds: [],
  isDefault: false,
  stages: [
    { code: "visit", name: words.visit, kind: "visit", tone: "indigo", slaHours: 72, post: null, winBps: 2500, entry: [], moves: ["settled", "lost"] },
    { code: "settled", name: words.settled, kind: "settled", tone: "graphite", slaHours: null, post: null, winBps: 10_000, entry: [], moves: [] },
    { code: "lost", name: words.lost, kind: "lost", tone: "grey", slaHours: null, post: null, winBps: 0, entry: [], moves: ["visit"] },
  ],
});

/** Stages after some were taken away: nobody moves to those any more. */
export function withStages(draft: PipelineDraft, stages: StageDraft[]): PipelineDraft {
  const codes = new Set(stages.map(({ code }) => code));
  return { ...draft, stages: stages.map((stage) => (stage.moves.every((code) => codes.has(code)) ? stage : { ...stage, moves: stage.moves.filter((code) => codes.has(code)) })) };
}
