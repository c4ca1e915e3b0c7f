import { PhoneOutlined } from "@/ui/icons";
import { Button } from "antd";
import { Suspense, createContext, lazy, useContext, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRow } from "@/api/types";
import { findAction } from "@/ui/ActionButton";

const CallDialog = lazy(() => import("./CallDialog").then((module) => ({ default: module.CallDialog })));
const Context = createContext<((row: CustomerRow) => void) | null>(null);

/** The only way to call: shows the number for 30 s with the recorded reason 拨打, on phones with a link that dials. */
export function useCall(): (row: CustomerRow) => void {
  const call = useContext(Context);
  if (!call) throw new Error("useCall outside CallProvider");
  return call;
}

export function CallProvider({ children }: { children: ReactNode }) {
  const [row, setRow] = useState<CustomerRow | null>(null);
  return (
    <Context value={setRow}>
      {children}
      <Suspense>{row && <CallDialog row={row} onClose={() => setRow(null)} />}</Suspense>
    </Context>
  );
}

export function CallButton({ row, primary = false, compact = false }: { row: CustomerRow; primary?: boolean; compact?: boolean }) {
  const { t } = useTranslation("customers");
  const call = useCall();
  const refused = callRefusal(row, t("call.noPhone"));
  return (
    <Button
      type={primary && !refused ? "primary" : "default"}
      size={compact ? "small" : "medium"}
      icon={<PhoneOutlined />}
      aria-disabled={!!refused}
      className={refused ? "lb-refused" : undefined}
      title={refused ?? undefined}
      onClick={(event) => {
        event.stopPropagation();
        if (!refused) call(row);
      }}
    >
      {t("action.call")}
    </Button>
  );
}

/** Why this customer cannot be called now, in the server's words; null when they can. */
export function callRefusal(row: CustomerRow, noPhone: string): string | null {
  if (!row.phone?.value) return noPhone;
  const action = findAction(row.allowedActions, "reveal");
  return action && !action.allowed ? (action.reason?.message ?? null) : null;
}
