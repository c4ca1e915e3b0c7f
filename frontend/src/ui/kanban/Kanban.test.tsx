import { act, fireEvent, screen, within } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "@/api/problem";
import { renderPage } from "@/test/render";
import { Kanban } from "./Kanban";
import type { KanbanOutcome, KanbanTarget } from "./types";

interface Card {
  id: string;
  name: string;
  stage: string;
}
const stages = ["签约", "进件", "审批"];
const start: Card[] = [
  { id: "k1", name: "王**", stage: "签约" },
  { id: "k2", name: "刘*", stage: "签约" },
  { id: "k3", name: "陈**", stage: "审批" },
];
const judged: KanbanTarget[] = [
  { columnId: "签约", state: "refused", reason: "已在这个阶段" },
  { columnId: "进件", state: "open", reason: null },
  { columnId: "审批", state: "refused", reason: "未批复" },
];
const WIDTH = 300;
/** jsdom lays nothing out: columns stand side by side, 300 wide; cards fill the top of theirs. */
beforeEach(() => {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const column = stages.indexOf(this.closest("[data-column]")?.getAttribute("data-column") ?? "");
    return new DOMRect(column < 0 ? 0 : column * WIDTH, 0, WIDTH, 600);
  });
});

function Board({ onMove, targets = () => Promise.resolve(judged), onMore = async () => undefined }: { onMove: (card: Card, to: string) => Promise<KanbanOutcome>; targets?: () => Promise<readonly KanbanTarget[]>; onMore?: (id: string) => Promise<unknown> }) {
  const [cards, setCards] = useState(start);
  const columns = stages.map((name) => {
    const here = cards.filter((card) => card.stage === name);
    return { id: name, name, tone: "blue" as const, count: name === "审批" ? 42 : here.length, amount: "1,204万", late: name === "签约" ? 2 : 0, cards: here, more: name === "审批" };
  });
  const hour = 3600_000;
  return (
    <Kanban<Card>
      label="业务单"
      columns={columns}
      view={(card) => ({ name: card.name, path: `/cases/${card.id}`, amount: "50万", product: "经营贷", owner: { id: "e1", displayName: "李婷" }, since: new Date(Date.now() - 73 * hour).toISOString(), dueAt: new Date(Date.now() + 47 * hour).toISOString(), next: "补流水" })}
      targets={targets}
      onMore={onMore}
      onMove={async (card, to) => {
        const outcome = await onMove(card, to);
        if (outcome.moved) setCards((all) => all.map((one) => (one.id === card.id ? { ...one, stage: to } : one)));
        return outcome;
      }}
    />
  );
}
const column = (name: string) => within(screen.getByRole("region", { name: new RegExp(`^${name}`) }));
const card = (name: string) => screen.getByRole("article", { name: new RegExp(`^${name.replaceAll("*", "\\*")}`) });
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 0))));

async function drag(name: string, to: string) {
  const x = (stages.indexOf(to) + 0.5) * WIDTH;
  fireEvent.mouseDown(card(name), { button: 0, clientX: 10, clientY: 20 });
  fireEvent.mouseMove(document, { clientX: 60, clientY: 20 });
  await settle();
  fireEvent.mouseMove(document, { clientX: x, clientY: 20 });
  await settle();
}

test("a card says who, how much, whose, how long and what next; a column how many, how much and how late", async () => {
  await renderPage(<Board onMove={vi.fn()} />);
  await screen.findAllByText("王**");
  const first = within(card("王**"));
  for (const text of ["50万", "经营贷", "李婷", "3/5 天", "下一步: 补流水"]) expect(first.getByText(text)).toBeVisible();
  expect(column("签约").getByText("超时 2")).toBeVisible();
  expect(column("签约").getByText("1,204万")).toBeVisible();
  expect(first.getByRole("link", { name: "王**" })).toHaveAttribute("href", "/cases/k1");
});

test("by mouse: allowed columns brighten, others say why not, a drop is pending until the server agrees", async () => {
  let agree: (outcome: KanbanOutcome) => void = () => undefined;
  const onMove = vi.fn(() => new Promise<KanbanOutcome>((done) => (agree = done)));
  await renderPage(<Board onMove={onMove} />);
  await screen.findAllByText("王**");
  await drag("王**", "进件");
  expect(column("进件").getByText("可放下")).toBeVisible();
  expect(column("审批").getByText("不可移入: 未批复")).toBeVisible();
  fireEvent.mouseUp(document);
  await settle();
  expect(onMove).toHaveBeenCalledWith(start[0], "进件");
  expect(card("王**")).toHaveAttribute("aria-busy", "true");
  expect(column("进件").getByText("移动中")).toBeVisible();
  await act(async () => agree({ moved: true }));
  expect(card("王**")).toHaveAttribute("aria-busy", "false");
  expect(column("进件").getByRole("article")).toBe(card("王**"));
});

test("a refusal returns the card with its reason, whether it was known before the drop or not", async () => {
  const onMove = vi.fn(() => Promise.reject(new Problem({ code: "core.stale", status: 409, message: "陈明刚把它移到了补件" })));
  await renderPage(<Board onMove={onMove} />);
  await screen.findAllByText("王**");
  await drag("王**", "审批");
  fireEvent.mouseUp(document);
  await settle();
  expect(onMove).not.toHaveBeenCalled();
  expect(within(card("王**")).getByRole("alert")).toHaveTextContent("未批复");
  await drag("王**", "进件");
  fireEvent.mouseUp(document);
  await settle();
  expect(within(card("王**")).getByRole("alert")).toHaveTextContent("陈明刚把它移到了补件");
  expect(column("签约").getAllByRole("article")).toHaveLength(2);
});

test("by keys: arrows walk, Space lifts, arrows choose, Enter drops, the focus goes along and all of it is said", async () => {
  const onMove = vi.fn(() => Promise.resolve<KanbanOutcome>({ moved: true }));
  const { user } = await renderPage(<Board onMove={onMove} />);
  await screen.findAllByText("王**");
  const said = () => screen.getAllByRole("status").find((element) => element.getAttribute("aria-live") === "assertive" && element.classList.contains("lb-sr"));
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(card("刘*")).toHaveFocus();
  await user.keyboard("{ArrowRight}");
  expect(card("陈**")).toHaveFocus();
  await user.keyboard("{ArrowLeft}");
  expect(card("王**")).toHaveFocus();
  await user.keyboard(" ");
  expect(said()).toHaveTextContent("已拿起王**，现在在签约。左右键选阶段，回车放下，Esc 取消。");
  await settle();
  await user.keyboard("{ArrowRight}{ArrowRight}");
  expect(said()).toHaveTextContent("审批，不可移入: 未批复");
  await user.keyboard("{Escape}");
  expect(said()).toHaveTextContent("已取消，王**仍在签约。");
  expect(card("王**")).toHaveFocus();
  await user.keyboard(" {ArrowRight}{Enter}");
  expect(onMove).toHaveBeenCalledWith(start[0], "进件");
  await settle();
  expect(said()).toHaveTextContent("王**已移到进件。");
  expect(card("王**")).toHaveFocus();
});

test("移动到… lists every stage with the server's word; Enter opens the card", async () => {
  const onMove = vi.fn(() => Promise.resolve<KanbanOutcome>({ moved: true }));
  const { user, router } = await renderPage(<Board onMove={onMove} />);
  await screen.findAllByText("王**");
  await user.click(screen.getByRole("button", { name: "移动 王**" }));
  const no = await screen.findByRole("button", { name: /审批\s*未批复/ });
  expect(no).toHaveAttribute("aria-disabled", "true");
  await user.click(no);
  expect(onMove).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: /^进件/ }));
  expect(onMove).toHaveBeenCalledWith(start[0], "进件");
  card("刘*").focus();
  await user.keyboard("{Enter}");
  expect(router.state.location.pathname).toBe("/cases/k2");
});

test("what is not shown yet can be asked for", async () => {
  const onMore = vi.fn(() => Promise.resolve());
  const { user } = await renderPage(<Board onMove={vi.fn()} onMore={onMore} />);
  await user.click(await screen.findByRole("button", { name: "再显示，还有 41" }));
  expect(onMore).toHaveBeenCalledWith("审批");
});

test("on phones one stage at a time, moved by 移动到…", async () => {
  vi.spyOn(window, "matchMedia").mockImplementation((query) => ({ matches: /max-width|reduced/.test(query), media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList);
  const onMove = vi.fn(() => Promise.resolve<KanbanOutcome>({ moved: true }));
  const { user } = await renderPage(<Board onMove={onMove} />);
  await screen.findAllByText("王**");
  expect(screen.queryByText("陈**")).toBeNull();
  await user.click(screen.getByRole("tab", { name: /审批/ }));
  expect(screen.getAllByText("陈**")).not.toHaveLength(0);
  await user.click(screen.getByRole("tab", { name: /签约/ }));
  await user.click(screen.getByRole("button", { name: "移动 刘*" }));
  await user.click(await screen.findByRole("button", { name: /^进件/ }));
  expect(onMove).toHaveBeenCalledWith(start[1], "进件");
});
