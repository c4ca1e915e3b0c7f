import type { ReactNode } from "react";

/** One typed list of columns is the source of table, cards and column chooser. Cells only display. */
export interface Column<R> {
  key: string;
  title: string;
  width: number;
  kind?: "text" | "name" | "masked" | "money" | "number" | "date" | "stage" | "tags" | "person" | "actions";
  render: (row: R, now: number) => ReactNode;
  /** The server's `sort` for this column, with `-` where it sorts downwards; only such columns can be sorted. */
  sort?: string;
  pin?: "left" | "right";
  hiddenAtFirst?: boolean;
  /** Where the value stands on the phone's card; without one it is not shown there. */
  card?: "title" | "mark" | "amount" | "meta" | "next" | "action";
  /** The value as a card shows it, where no head names its unit; null leaves it out. */
  renderCard?: (row: R, now: number) => ReactNode;
}

export interface Rows<R> {
  data?: { pages: { items: R[] }[] } | undefined;
  isPending: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  dataUpdatedAt: number;
  error: unknown;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

export const NO_SELECTION: ReadonlySet<string> = new Set<string>();
export const rightAligned = (kind: Column<unknown>["kind"]): boolean => kind === "money" || kind === "number";

interface Whole<R> extends Pick<Rows<R>, "isPending" | "isFetching" | "dataUpdatedAt" | "error" | "refetch"> {
  data?: { items: R[] } | undefined;
}
/** A list that the server sends whole, as the table takes it. */
export const onePage = <R>({ data, isPending, isFetching, dataUpdatedAt, error, refetch }: Whole<R>): Rows<R> => ({
  data: data && { pages: [data] },
  isPending,
  isFetching,
  isFetchingNextPage: false,
  hasNextPage: false,
  dataUpdatedAt,
  error,
  fetchNextPage: () => undefined,
  refetch,
});
