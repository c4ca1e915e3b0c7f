import { screen, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { Problem } from "@/api/problem";
import { renderPage } from "@/test/render";
import type { Column, Rows } from "./column";
import { DataTable } from "./DataTable";

interface Row {
  id: string;
  name: string;
}
const columns: Column<Row>[] = [
  { key: "name", title: "客户", width: 120, pin: "left", sort: "-name", render: (row) => row.name },
  { key: "city", title: "城市", width: 120, render: () => "成都" },
];
const rows: Row[] = ["张*", "王**", "刘*"].map((name, index) => ({ id: `r${index}`, name }));
const query = (part: Partial<Rows<Row>> = {}): Rows<Row> => ({
  data: { pages: [{ items: rows }] },
  isPending: false,
  isFetching: false,
  isFetchingNextPage: false,
  hasNextPage: false,
  dataUpdatedAt: Date.now(),
  error: null,
  fetchNextPage: vi.fn(),
  refetch: vi.fn(),
  ...part,
});
const bulk = (selected: ReadonlySet<string>) => <strong>{`已选 ${selected.size}`}</strong>;

test("rows move by j k, open by Enter, are selected by x, and act by their own keys", async () => {
  const open = vi.fn();
  const call = vi.fn();
  const { user } = await renderPage(<DataTable id="t" query={query()} columns={columns} empty={null} bulk={bulk} onOpen={open} rowKeys={{ c: { label: "拨打", run: call } }} />);
  await screen.findByText("王**");
  await user.keyboard("jj{Enter}xkc");
  expect(open).toHaveBeenCalledWith(rows[1]);
  expect(call).toHaveBeenCalledWith(rows[0]);
  expect(screen.getByText("已选 1")).toBeVisible();
});

test("the footer tells what is loaded of what there is, and a column can be hidden", async () => {
  const { user, calls } = await renderPage(<DataTable id="t" query={query()} columns={columns} empty={null} total={{ total: 1284, capped: false }} />);
  expect(await screen.findByText("已载入 3 · 共 1,284")).toBeVisible();
  expect(screen.getByRole("columnheader", { name: "城市" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "列" }));
  await user.click(await screen.findByRole("checkbox", { name: "城市" }));
  await vi.waitFor(() => expect(screen.queryByRole("columnheader", { name: "城市" })).toBeNull());
  await vi.waitFor(() => expect(calls.find(({ method }) => method === "PUT")).toMatchObject({ path: "/api/v1/preferences/table.t", body: { value: { is: { hidden: ["city"] } } } }), { timeout: 3000 });
});

test("sorting asks for what the server sorts by, and a second click for its usual order", async () => {
  const asked = vi.fn();
  function Sorted() {
    const [sort, setSort] = useState<string>();
    return <DataTable id="t" query={query()} columns={columns} empty={null} sort={sort} onSort={(next) => (asked(next), setSort(next))} />;
  }
  const { user } = await renderPage(<Sorted />);
  const head = await screen.findByRole("columnheader", { name: "客户" });
  await user.click(head);
  expect(head).toHaveAttribute("aria-sort", "descending");
  await user.click(head);
  expect(asked.mock.calls).toEqual([["-name"], [undefined]]);
});

test("empty, failed with nothing, and failed over old rows look different", async () => {
  const error = new Problem({ code: "core.internal", status: 500, message: "出了点问题", requestId: "req-7" });
  await renderPage(
    <>
      <section aria-label="empty">
        <DataTable id="a" query={query({ data: { pages: [{ items: [] }] } })} columns={columns} empty={<p>没有客户</p>} />
      </section>
      <section aria-label="failed">
        <DataTable id="b" query={query({ data: undefined, error })} columns={columns} empty={null} />
      </section>
      <section aria-label="stale">
        <DataTable id="c" query={query({ error })} columns={columns} empty={null} />
      </section>
    </>,
  );
  expect(within(await screen.findByRole("region", { name: "empty" })).getByText("没有客户")).toBeVisible();
  const failed = within(screen.getByRole("region", { name: "failed" }));
  expect(failed.getByText("出了点问题")).toBeVisible();
  expect(failed.getByText("请求编号 req-7")).toBeVisible();
  const stale = within(screen.getByRole("region", { name: "stale" }));
  expect(stale.getByText("刷新没有成功,显示的是之前的数据。")).toBeVisible();
  expect(stale.getByText("王**")).toBeVisible();
});
