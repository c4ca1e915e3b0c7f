import { useTranslation } from "react-i18next";
import type { ToneName } from "@/theme/tokens";
import { Tone } from "../Tone";
import { formulaText } from "./formula";
import { fieldMap, type RuleField, type Rules, type Severity } from "./types";
import "./rules.css";

const tones: Record<Severity, ToneName> = { hard: "navy", soft: "amber", need: "teal" };

/** Rules that are not edited: each condition in words with its severity, the formulas, the whole as a sentence. */
export function RuleReading({ rules, readsAs, sentence, fields }: { rules: Rules; readsAs: readonly { id: string; severity: Severity; text: string }[]; sentence: string; fields: readonly RuleField[] }) {
  const { t, i18n } = useTranslation("rules");
  const english = i18n.language === "en";
  const byCode = fieldMap(fields);
  return (
    <div className="lb-rules">
      <p className="lb-rule-sentence">
        <span className="lb-muted">{t("builder.readsAs")}</span>
        {sentence}
      </p>
      <ul className="lb-stack lb-stack-tight">
        {readsAs.map(({ id, severity, text }) => (
          <li key={id} className="lb-rule-read">
            <Tone tone={tones[severity]}>{t(`severity.${severity}`)}</Tone>
            <span className="lb-grow">{text}</span>
          </li>
        ))}
      </ul>
      {(["limit", "rate"] as const).map(
        (part) =>
          rules[part] && (
            <div key={part} className="lb-rule-formula">
              <span className="lb-rule-formula-name">{t(`formula.${part}`)}</span>
              <span className="lb-rule-formula-text">{formulaText(rules[part], byCode, part === "limit" ? "money" : "ppm", english)}</span>
            </div>
          ),
      )}
    </div>
  );
}
