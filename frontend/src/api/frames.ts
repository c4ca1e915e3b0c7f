/** Splits a text/event-stream (WHATWG HTML 9.2) into the data of its events; comments and other fields are passed over. */
export class EventFrames {
  private rest = "";

  push(chunk: string): string[] {
    this.rest += chunk;
    const found: string[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (!end) return found;
      const frame = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      const lines = frame.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      if (lines.length > 0) found.push(lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n"));
    }
  }
}
