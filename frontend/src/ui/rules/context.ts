import { createContext, useContext } from "react";
import type { Fields, Place, RuleError } from "./types";

interface Setting {
  fields: Fields;
  places: readonly Place[];
  /** Errors with pointers from the rules on. */
  errors: readonly RuleError[];
  /** Places that are not filled in; told once the user has left them or tried to save. */
  open: ReadonlySet<string>;
  disabled: boolean;
}
export const RulesContext = createContext<Setting | null>(null);
/** What all rows of one builder share. */
export function useRules(): Setting {
  const setting = useContext(RulesContext);
  if (!setting) throw new Error("useRules outside a RuleBuilder");
  return setting;
}
