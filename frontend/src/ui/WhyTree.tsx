import type { ExplanationNode } from "@/api/types";
import { useTranslation } from "react-i18next";

const marks = { yes: "✓", no: "✕", unknown: "?", info: "·" } as const;
const tones = { yes: "lb-success", no: "lb-danger", unknown: "lb-warning", info: "lb-faint" } as const;

/** An evaluated rule with the verdict of each step; one shape for assignment, match, recycling and login. */
export function WhyTree({ node }: { node: ExplanationNode }) {
  return (
    <ul className="lb-why">
      <Step node={node} />
    </ul>
  );
}

function Step({ node }: { node: ExplanationNode }) {
  const { t } = useTranslation("ui");
  return (
    <li>
      <span className="lb-row" style={{ alignItems: "flex-start" }}>
        <span className={`lb-why-mark ${tones[node.verdict]}`} role="img" aria-label={t(`why.${node.verdict}`)}>
          {marks[node.verdict]}
        </span>
        <span>{node.text}</span>
      </span>
      {node.children.length > 0 && (
        <ul className="lb-why">
          {node.children.map((child, index) => (
            <Step key={`${child.code}-${index}`} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
