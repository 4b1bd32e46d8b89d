import { afterEach, expect, it, vi } from "vitest";
import { LogSource } from "./log-source";

const MARK = 100;

/** Serve a log of lines of ten bytes, with a mark every 100 bytes; at most `most` bytes are counted at once. */
function serve(log: { text: string; isLive: boolean; most: number }): string[] {
  const asked: string[] = [];
  const linesFrom = (from: number) => log.text.slice(from).match(/[^\n]*\n/g) ?? [];
  vi.stubGlobal("fetch", async (url: URL) => {
    asked.push(`${url.pathname.split("/").at(-1)}@${url.searchParams.get("position")}`);
    const position = Number(url.searchParams.get("position"));
    const common = { name: "console.log", names: ["console.log"], size: log.text.length, is_live: log.isLive };
    if (url.pathname.endsWith("/read")) {
      const limit = Number(url.searchParams.get("limit_bytes"));
      const count = Math.ceil(limit / 10);
      const lines = linesFrom(position).slice(0, count).map((text, index) => ({ position: position + 10 * index, time: "", stream: "", text: text.trim() }));
      return Response.json({ ...common, lines, next_position: position + 10 * lines.length });
    }
    const end = Math.min(log.text.length, position + log.most);
    const marks = [];
    for (let at = position; at < Math.max(end, position + 1); at += MARK) marks.push(at);
    return Response.json({ ...common, positions: marks, lines: marks.map((at) => at / 10), count: end / 10, end, more: end < log.text.length });
  });
  return asked;
}

const write = (count: number, from = 0): string => Array.from({ length: count }, (_, index) => `line ${String(from + index).padStart(4, "0")}\n`).join("");

afterEach(() => vi.unstubAllGlobals());

it("counts a long log in pieces before it is shown, and reads only the chunks in view", async () => {
  const asked = serve({ text: write(100), isLive: false, most: 300 });
  const source = new LogSource({ runId: "r", name: "", path: "" });
  await vi.waitFor(() => expect(source.state.value.isKnown).toBe(true));
  expect(source.state.value.index.count).toBe(100);

  source.want(55, 62);
  await vi.waitFor(() => expect(source.line(62)?.text).toBe("line 0062"));

  expect(source.line(55)?.text).toBe("line 0055");
  expect(source.line(12)).toBe(undefined);
  expect(asked.filter((one) => one.startsWith("read"))).toEqual(["read@500", "read@600"]);
  expect(await source.numberOf(770)).toBe(77);
  source.close();
});

it("reads the last chunk again when the log has grown", async () => {
  const log = { text: write(15), isLive: true, most: 1000 };
  serve(log);
  const source = new LogSource({ runId: "r", name: "", path: "" });
  await vi.waitFor(() => expect(source.state.value.index.count).toBe(15));
  source.want(10, 15);
  await vi.waitFor(() => expect(source.line(14)?.text).toBe("line 0014"));

  log.text += write(3, 15);
  await source.look();
  source.want(10, 18);

  await vi.waitFor(() => expect(source.line(17)?.text).toBe("line 0017"));
  source.close();
});

it("begins anew when the log was kept without its middle", async () => {
  const log = { text: write(40), isLive: true, most: 1000 };
  serve(log);
  const source = new LogSource({ runId: "r", name: "", path: "" });
  await vi.waitFor(() => expect(source.state.value.index.count).toBe(40));
  source.want(0, 5);
  await vi.waitFor(() => expect(source.line(0)?.text).toBe("line 0000"));

  log.text = write(20, 500);
  log.isLive = false;
  await source.look();
  source.want(0, 5);

  await vi.waitFor(() => expect(source.line(0)?.text).toBe("line 0500"));
  expect(source.state.value.index.count).toBe(20);
  source.close();
});
