import { expect, test } from "vitest";
import { EventFrames } from "./frames";

test("events are found wherever the stream is cut", () => {
  const text = ': ping\n\nid: 7\nevent: customers.arrived\ndata: {"id":"7"}\n\ndata: a\ndata: b\r\n\r\n';
  for (let cut = 0; cut < text.length; cut += 1) {
    const frames = new EventFrames();
    expect([...frames.push(text.slice(0, cut)), ...frames.push(text.slice(cut))]).toEqual(['{"id":"7"}', "a\nb"]);
  }
});
