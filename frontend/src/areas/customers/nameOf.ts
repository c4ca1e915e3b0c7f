import type { Graded } from "@/api/types";
import { EMPTY } from "@/ui/format";

/** A customer's name as this employee may see it; a hidden one is drawn as –. */
export const nameOf = (name: Graded | null): string => name?.value ?? EMPTY;
