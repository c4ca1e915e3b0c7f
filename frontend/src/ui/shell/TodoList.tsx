import { Button, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Todo } from "@/api/types";
import { DueClock } from "../DueClock";
import { StateView } from "../StateView";
import { useFormat, useNow } from "../useFormat";
import { subjectPath } from "./notifications";
import { TodoActions } from "./TodoActions";
import { useTodos } from "./todos";

/** My open to-dos by due time; under a switch those done. */
export function TodoList({ onOpened }: { onOpened?: () => void }) {
  const { t } = useTranslation("shell");
  const [withDone, setWithDone] = useState(false);
  return (
    <div className="lb-list-panel">
      <label className="lb-row lb-meta lb-muted">
        <Switch size="small" checked={withDone} onChange={setWithDone} />
        {t("todos.withDone")}
      </label>
      <Todos state="open" onOpened={onOpened} />
      {withDone && (
        <section aria-label={t("todos.done")}>
          <h3 className="lb-muted lb-meta">{t("todos.done")}</h3>
          <Todos state="done" onOpened={onOpened} />
        </section>
      )}
    </div>
  );
}

function Todos({ state, onOpened }: { state: "open" | "done"; onOpened: (() => void) | undefined }) {
  const { t } = useTranslation("shell");
  const todos = useTodos(state);
  if (!todos.data) return <StateView state={todos.error ? "error" : "loading"} error={todos.error} onRetry={() => void todos.refetch()} />;
  const items = todos.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return state === "open" ? <StateView title={t("todos.empty")} detail={t("todos.emptyDetail")} /> : <p className="lb-muted">{t("todos.noneDone")}</p>;
  return (
    <>
      <ul>
        {items.map((todo) => (
          <TodoLine key={todo.id} todo={todo} onOpened={onOpened} />
        ))}
      </ul>
      {todos.hasNextPage && (
        <Button type="text" block loading={todos.isFetchingNextPage} onClick={() => void todos.fetchNextPage()}>
          {t("todos.more")}
        </Button>
      )}
    </>
  );
}

function TodoLine({ todo, onOpened }: { todo: Todo; onOpened: (() => void) | undefined }) {
  const { t } = useTranslation("shell");
  const format = useFormat();
  const now = useNow(30_000);
  const path = subjectPath(todo.subject);
  return (
    <li className="lb-stack lb-stack-tight">
      <span className="lb-row lb-between">
        <span className="lb-ellipsis">
          {path ? (
            <Link to={path} onClick={onOpened}>
              {todo.subject?.label}
            </Link>
          ) : (
            todo.subject?.label
          )}{" "}
          {todo.title}
        </span>
        {todo.doneAt ? (
          <span className="lb-meta lb-faint" title={format.exact(todo.doneAt)}>
            {t("todos.doneAt", { time: format.relative(todo.doneAt, now) })}
          </span>
        ) : (
          <span className="lb-meta">
            <DueClock at={todo.dueAt} />
          </span>
        )}
      </span>
      {!todo.doneAt && <TodoActions todo={todo} />}
    </li>
  );
}
