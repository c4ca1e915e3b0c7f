import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate } from "react-router";
import { push } from "@/api/push";
import { isProblem } from "@/api/problem";
import { mayHaveSession, onEnding, onOpening } from "@/api/session";
import type { Me } from "@/api/types";
import { LockScreen } from "@/areas/access/LockScreen";
import { MeContext, useMeQuery } from "@/ui/me";
import { usePreviewedRole, useSeeAs } from "@/ui/preview";
import { StateView } from "@/ui/StateView";
import { Signed } from "./Signed";

/** Lets signed-in people through, sends others to the login page, and shows the lock while locked. */
export function Gate() {
  const [locked, setLocked] = useState<Me | null>(null);
  const role = usePreviewedRole();
  const location = useLocation();
  const navigate = useNavigate();
  const here = `${location.pathname}${location.search}`;
  const login = `/login?next=${encodeURIComponent(here)}`;
  if (locked) return <LockScreen me={locked} onOpen={() => setLocked(null)} onLeave={() => void navigate(login, { replace: true })} />;
  if (!mayHaveSession()) return <Navigate to={login} replace />;
  // Another role sees another product: nothing of the page before is kept.
  return <Known key={role?.id ?? ""} here={here} onLock={setLocked} />;
}

function Known({ here, onLock }: { here: string; onLock: (me: Me) => void }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const me = useMeQuery();
  const known = me.data;

  useEffect(
    () =>
      onEnding((ending) => {
        push.stop();
        cache.clear();
        if (ending === "locked" && known) onLock(known);
        else void navigate(ending === "signed-out" ? "/login" : `/login?next=${encodeURIComponent(here)}`, { replace: true });
      }),
    [cache, navigate, here, known, onLock],
  );
  useEffect(() => onOpening(() => void cache.invalidateQueries()), [cache]);
  const signedIn = known !== undefined;
  useEffect(() => {
    if (!signedIn) return;
    push.start();
    return () => push.stop();
  }, [signedIn]);

  if (known) {
    return (
      <MeContext value={known}>
        <Signed />
      </MeContext>
    );
  }
  if (me.error && isProblem(me.error) && me.error.status === 401) return <Navigate to={`/login?next=${encodeURIComponent(here)}`} replace />;
  return <StateView state={me.error ? "error" : "loading"} error={me.error} onRetry={() => void me.refetch()} action={me.error && <LeavePreview />} />;
}

/** The way back where not even the shell can be shown as that role. */
function LeavePreview() {
  const { t } = useTranslation("shell");
  const role = usePreviewedRole();
  const seeAs = useSeeAs();
  return role && <Button onClick={() => seeAs(null, "/")}>{t("preview.leave")}</Button>;
}
