import { CheckOutlined } from "@/ui/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Case, StageRef } from "@/api/types";
import { Tone } from "@/ui/Tone";
import { MissingList } from "./Missing";
import { suppliable } from "./targets";

/** The stages ahead that can be reached from here, each with what it still asks for. */
export function Onward({ found, onMove, moving }: { found: Case; onMove: (stage: StageRef) => void; moving: string | null }) {
  const { t } = useTranslation("pipeline");
  const at = found.next.findIndex(({ stage }) => stage.id === found.stage.id);
  const ahead = found.next.filter(({ stage, missing }, index) => index > at && stage.kind !== "lost" && missing.every(suppliable));
  if (ahead.length === 0) return <p className="lb-muted">{t(found.closedAt ? "onward.closed" : "onward.none")}</p>;
  return (
    <ul className="lb-stack">
      {ahead.map(({ stage, allowed, missing }) => (
        <li key={stage.id} className="lb-onward">
          <div className="lb-row lb-between">
            <span className="lb-row">
              <Tone tone={stage.tone}>{stage.name}</Tone>
              {allowed ? (
                <span className="lb-row lb-success">
                  <CheckOutlined />
                  {t("onward.ready")}
                </span>
              ) : (
                <span className="lb-warning">{t("onward.missing", { count: missing.length })}</span>
              )}
            </span>
            {allowed && (
              <Button loading={moving === stage.id} onClick={() => onMove(stage)}>
                {t("onward.move", { stage: stage.name })}
              </Button>
            )}
          </div>
          {missing.length > 0 && <MissingList found={found} missing={missing} />}
        </li>
      ))}
    </ul>
  );
}
