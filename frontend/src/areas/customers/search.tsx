import { client, data } from "@/api/client";
import type { CustomerRow } from "@/api/types";
import { StageTone } from "@/ui/Tone";
import type { CustomerSearch } from "@/ui/shell/CommandPalette";
import { nameOf } from "./nameOf";

const FOUND = 8;
const PAGES = 5;

/** The palette's customer search: the text travels in a body, never in an address. */
export const searchCustomers: CustomerSearch = async (text, signal) => {
  const found: CustomerRow[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES && found.length < FOUND && (page === 0 || cursor); page += 1) {
    // A page may be short: the server answers what it found so far and where to search on.
    const { items, nextCursor }: { items: CustomerRow[]; nextCursor: string | null } = await data(client.POST("/api/v1/customers/search", { body: { search: text, limit: FOUND, cursor }, signal }));
    found.push(...items);
    cursor = nextCursor;
  }
  return found.slice(0, FOUND).map((row) => ({
    id: row.id,
    path: `/customers/${row.id}`,
    label: (
      <>
        <strong>{nameOf(row.name)}</strong>
        <span className="lb-masked lb-muted">{row.phone?.value}</span>
        <StageTone stage={row.stage} />
        <span className="lb-muted lb-ellipsis">{row.owner?.displayName}</span>
      </>
    ),
  }));
};
