import { client, data } from "@/api/client";
import { StageTone } from "@/ui/Tone";
import type { CustomerSearch } from "@/ui/shell/CommandPalette";

const FOUND = 8;

/** The palette's customer search: the text travels in a body, never in an address. */
export const searchCustomers: CustomerSearch = async (text, signal) => {
  const { items } = await data(client.POST("/api/v1/customers/search", { body: { search: text, limit: FOUND }, signal }));
  return items.map((row) => ({
    id: row.id,
    path: `/customers/${row.id}`,
    label: (
      <>
        <strong>{row.name.value}</strong>
        <span className="lb-masked lb-muted">{row.phone?.value}</span>
        <StageTone stage={row.stage} />
        <span className="lb-muted lb-ellipsis">{row.owner?.displayName}</span>
      </>
    ),
  }));
};
