import { Segmented, Switch } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Places } from "@/api/types";
import { usePhone } from "@/theme/mode";
import { Tone } from "@/ui/Tone";
import { modeOf, withMode, withPart, type Draft, type PartName } from "./draft";
import { PartFields } from "./partFields";

interface PartCardProps {
  name: PartName;
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** An employee's policy: each part follows his roles or takes their place. */
  own: boolean;
  changed: boolean;
  /** As the server reads the saved part. */
  sentence: string | null;
  /** What the roles say of it, for an employee whose policy says nothing. */
  followed: readonly string[];
  errors: ReadonlyMap<string, string>;
  places: Places | undefined;
}

/** One part of a policy: on or off, its fields, and the server's sentence of what is saved. */
export function PartCard({ name, draft, onChange, own, changed, sentence, followed, errors, places }: PartCardProps) {
  const { t } = useTranslation("policies");
  const phone = usePhone();
  const id = useId();
  const mode = modeOf(draft, name, own);
  const part = draft.parts[name];
  const title = t(`part.${name}.title`);
  return (
    <section className="lb-card lb-part" aria-labelledby={id} data-on={mode === "on"}>
      <header className="lb-row lb-between lb-row-wrap">
        <span className="lb-row">
          <h3 id={id}>{title}</h3>
          {changed && <Tone tone="amber">{t("part.changed")}</Tone>}
          {own && mode !== "follow" && <Tone tone="violet">{t("part.overrides")}</Tone>}
        </span>
        {own ? (
          <Segmented
            size={phone ? "middle" : "small"}
            aria-label={t("part.mode", { title })}
            value={mode}
            options={(["follow", "on", "off"] as const).map((value) => ({ value, label: t(`part.modes.${value}`) }))}
            onChange={(next) => onChange(withMode(draft, name, next, true))}
          />
        ) : (
          <Switch aria-label={t("part.switch", { title })} checked={mode === "on"} onChange={(on) => onChange(withMode(draft, name, on ? "on" : "off", false))} />
        )}
      </header>
      {mode === "on" && part ? (
        <div className="lb-stack">
          <PartFields name={name} part={part as never} places={places} errors={errors} onChange={(next) => onChange(withPart(draft, name, next as never))} />
        </div>
      ) : (
        <p className="lb-muted lb-meta">{t(`part.${name}.hint`)}</p>
      )}
      {errors.get("") && (
        <p className="lb-danger lb-meta" role="alert">
          {errors.get("")}
        </p>
      )}
      {mode === "follow" && followed.map((line) => (
        <p key={line} className="lb-part-sentence lb-meta">
          {line}
        </p>
      ))}
      {sentence && !changed && mode !== "follow" && <p className="lb-part-sentence lb-meta">{sentence}</p>}
    </section>
  );
}
