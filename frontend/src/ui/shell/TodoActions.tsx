import { Suspense, lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Todo } from "@/api/types";
import { ActionButton } from "../ActionButton";
import { Loading } from "../StateView";
import { useTodoActions } from "./todos";

const MomentPick = lazy(() => import("../MomentPick").then((module) => ({ default: module.MomentPick })));

/** 完成 and 改期 of one to-do; the new time is chosen below the buttons, a refusal stands there too. */
export function TodoActions({ todo }: { todo: Todo }) {
  const { t } = useTranslation("shell");
  const [moving, setMoving] = useState(false);
  const actions = useTodoActions(todo);
  return (
    <div className="lb-stack lb-stack-tight">
      <div className="lb-row">
        <ActionButton actions={todo.allowedActions} action="complete" size="small" loading={actions.completing} disabled={actions.busy} onClick={actions.complete}>
          {t("todos.complete")}
        </ActionButton>
        <ActionButton actions={todo.allowedActions} action="reschedule" size="small" aria-expanded={moving} disabled={actions.busy} onClick={() => setMoving(!moving)}>
          {t("todos.reschedule")}
        </ActionButton>
      </div>
      {moving && (
        <div className="lb-row lb-row-wrap">
          <Suspense fallback={<Loading rows={1} />}>
            <MomentPick label={t("todos.newTime")} value={null} onChange={(at) => at && !actions.busy && actions.reschedule(at, () => setMoving(false))} />
          </Suspense>
        </div>
      )}
      {actions.refusal !== null && (
        <p className="lb-danger" role="alert">
          {actions.refusal || t("todos.failed")}
        </p>
      )}
    </div>
  );
}
