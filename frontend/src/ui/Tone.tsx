import { ExclamationCircleOutlined, MinusCircleOutlined } from "@/ui/icons";
import { useTranslation } from "react-i18next";
import { intentTone, stageTone, type ToneName } from "@/theme/tokens";
import "./tone.css";

/** The only coloured tag: tint ground, tone text, a word. */
export function Tone({ tone, icon, children, title }: { tone: ToneName; icon?: React.ReactNode; children: React.ReactNode; title?: string }) {
  return (
    <span className="lb-tone" title={title} style={{ color: `var(--lb-tone-${tone})`, background: `var(--lb-tint-${tone})` }}>
      {icon}
      {children}
    </span>
  );
}

const stageIcons: Record<string, React.ReactNode> = { overdue: <ExclamationCircleOutlined />, lost: <MinusCircleOutlined /> };
export function StageTone({ stage }: { stage: string }) {
  const { t } = useTranslation();
  return (
    <Tone tone={stageTone(stage)} icon={stageIcons[stage]}>
      {t(`common:stage.${stage}`)}
    </Tone>
  );
}

/** A square letter; its meaning is the accessible name. */
export function Intent({ intent }: { intent: string | null }) {
  const { t } = useTranslation();
  if (!intent) return <span className="lb-faint">–</span>;
  const tone = intentTone(intent);
  const meaning = t(`common:intent.${intent}`);
  const style = intent === "A" ? { color: "var(--lb-surface)", background: "var(--lb-tone-red)" } : { color: `var(--lb-tone-${tone})`, background: `var(--lb-tint-${tone})` };
  return (
    <span className="lb-intent" role="img" aria-label={meaning} title={meaning} style={style}>
      {intent}
    </span>
  );
}
