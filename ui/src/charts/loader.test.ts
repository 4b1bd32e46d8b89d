import { expect, it, vi } from "vitest";
import { SeriesLoader, type SeriesQuery, type SeriesRequest } from "./loader";

const REQUEST: SeriesRequest = { runIds: ["a"], x: "step", xKey: "", start: null, end: null, buckets: 100 };

function answer(query: SeriesQuery, value: number): ArrayBuffer {
  const series = query.keys.map((key) => ({ run_id: "a", key, count: 1, points: 1, raw: true }));
  let text = JSON.stringify({ series });
  while ((4 + text.length) % 8 !== 0) text += " ";
  const buffer = new ArrayBuffer(4 + text.length + 16 * series.length);
  new DataView(buffer).setUint32(0, text.length, true);
  new Uint8Array(buffer, 4, text.length).set(new TextEncoder().encode(text));
  const data = new Float64Array(buffer, 4 + text.length);
  series.forEach((_, index) => {
    data[2 * index + 1] = value;
  });
  return buffer;
}

function makeServer() {
  const queries: SeriesQuery[] = [];
  const server = { queries, failure: "" };
  const loader = new SeriesLoader(async (query) => {
    queries.push(query);
    if (server.failure) throw new Error(server.failure);
    return answer(query, queries.length);
  });
  const read = (key: string) => loader.cell(key).value.series?.get("a")?.last[0];
  return { server, loader, read };
}

it("reads all cards in view with one request and nothing twice", async () => {
  const { server, loader, read } = makeServer();
  loader.aim(REQUEST, 1);
  loader.want("x", true);
  loader.want("y", true);
  await vi.waitFor(() => expect(read("y")).toBe(1));
  loader.aim({ ...REQUEST }, 1);
  loader.want("z", true);
  await vi.waitFor(() => expect(read("z")).toBe(2));
  expect(server.queries.map((query) => query.keys)).toEqual([["x", "y"], ["z"]]);
});

it("reads what is in view again on a new revision, keeping the old data meanwhile", async () => {
  const { server, loader, read } = makeServer();
  loader.aim(REQUEST, 1);
  loader.want("x", true);
  loader.want("y", true);
  await vi.waitFor(() => expect(read("x")).toBe(1));
  loader.want("y", false);
  loader.aim(REQUEST, 2);
  expect(read("x")).toBe(1);
  await vi.waitFor(() => expect(read("x")).toBe(2));
  expect(server.queries[1]?.keys).toEqual(["x"]);
});

it("keeps the data when a request fails, and says why until a retry works", async () => {
  const { server, loader, read } = makeServer();
  loader.aim(REQUEST, 1);
  loader.want("x", true);
  await vi.waitFor(() => expect(read("x")).toBe(1));
  server.failure = "The server is restarting.";
  loader.aim(REQUEST, 2);
  await vi.waitFor(() => expect(loader.cell("x").value.error).toBe("The server is restarting."));
  expect(read("x")).toBe(1);
  server.failure = "";
  loader.retry();
  await vi.waitFor(() => expect(loader.cell("x").value.error).toBe(""));
  expect(read("x")).toBe(3);
});

it("asks for nothing without runs", async () => {
  const { server, loader } = makeServer();
  loader.aim({ ...REQUEST, runIds: [] }, 1);
  loader.want("x", true);
  await Promise.resolve();
  await Promise.resolve();
  expect(server.queries).toEqual([]);
});
