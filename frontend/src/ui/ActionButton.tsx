import { Button, Tooltip, type ButtonProps } from "antd";
import type { ReactNode } from "react";
import type { Action } from "@/api/types";
import { useCan } from "./me";

/** Draws its children for those who hold the permission, nothing for others. */
export function Can({ permission, children }: { permission: string; children: ReactNode }) {
  return useCan()(permission) ? children : null;
}

export const findAction = (actions: readonly Action[], action: string): Action | undefined => actions.find((entry) => entry.action === action);

interface ActionButtonProps extends ButtonProps {
  actions: readonly Action[];
  action: string;
}
/** An action of a row: absent when the server does not offer it, explained when it is not allowed now. */
export function ActionButton({ actions, action, onClick, children, ...rest }: ActionButtonProps) {
  const found = findAction(actions, action);
  if (!found) return null;
  if (found.allowed) {
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  }
  return (
    <Tooltip title={found.reason?.message}>
      <Button {...rest} aria-disabled className="lb-refused" type="default">
        {children}
        <span className="lb-sr">{found.reason?.message}</span>
      </Button>
    </Tooltip>
  );
}
