import type { CaseRow } from "@/api/types";

/** The customer of a case as this employee may see them; where nothing may be seen, the case's number. */
export const caseName = (row: Pick<CaseRow, "customer" | "number">): string => row.customer.name?.value ?? row.number;
