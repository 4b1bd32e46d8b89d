import { afterEach, expect, it, vi } from "vitest";
import { decodeSeries, type Series } from "../../charts/series";
import { groupCourses } from "./courses";
import { encodeSeries, joinSeries, lineId, makeFanAsk, MEAN_LABEL } from "./fan";

const make = (key: string, values: readonly number[], x = values.map((_, index) => index)): Series => {
  const column = Float64Array.from(values);
  return { runId: "r", key, count: values.length, raw: true, x: Float64Array.from(x), low: column, high: column, last: column };
};
const QUERY = { runIds: ["r"], keys: ["loss"], x: "step", start: null, end: null, buckets: 100 } as const;

function serve(series: readonly Series[]): string[][] {
  const asked: string[][] = [];
  vi.stubGlobal("fetch", async (_: URL, { body }: { body: string }) => {
    const { keys }: { keys: string[] } = JSON.parse(body);
    asked.push(keys);
    return new Response(encodeSeries(series.filter(({ key }) => keys.includes(key))));
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

const ask = async (series: readonly Series[], fan: "lines" | "mean") => {
  const courses = groupCourses(series.map(({ key }) => key));
  return decodeSeries(await makeFanAsk("r", courses, fan)(QUERY, new AbortController().signal));
};

it("writes what it reads", () => {
  const bands = { ...make("b", [1, 2]), raw: false, low: Float64Array.from([0, 1]), high: Float64Array.from([2, 3]) };
  const all = [make("ä", [1, Number.NaN, 3]), bands, make("empty", [])];
  expect(decodeSeries(encodeSeries(all))).toEqual(all);
});

it("draws a line for each context, and the metric itself only if it has points of its own", async () => {
  const contexts = [make('loss{rank="0"}', [1, 2]), make('loss{rank="1"}', [3, 4])];
  serve([make("loss", [1, 3, 2, 4]), ...contexts]);
  const lines = await ask([make("loss", [1, 3, 2, 4]), ...contexts], "lines");
  expect(lines.map(({ runId, key }) => [runId, key])).toEqual([
    [lineId("r", "rank=0"), "loss"],
    [lineId("r", "rank=1"), "loss"],
  ]);
  serve([make("loss", [1, 3, 2, 4, 9]), ...contexts]);
  const more = await ask([make("loss", [1, 3, 2, 4, 9]), ...contexts], "lines");
  expect(more.map(({ runId }) => runId)).toEqual(["r", lineId("r", "rank=0"), lineId("r", "rank=1")]);
});

it("draws the mean of many contexts between the least and the greatest", async () => {
  const contexts = [make('loss{rank="0"}', [1, 2, 3]), make('loss{rank="1"}', [3, 4, 5])];
  serve(contexts);
  const [mean] = await ask(contexts, "mean");
  expect(mean?.runId).toBe(lineId("r", MEAN_LABEL));
  expect([...(mean?.last ?? [])]).toEqual([2, 3, 4]);
  expect([...(mean?.low ?? [])]).toEqual([1, 2, 3]);
  expect([...(mean?.high ?? [])]).toEqual([3, 4, 5]);
});

it("asks for hundreds of contexts in pieces that the server takes", async () => {
  const contexts = Array.from({ length: 450 }, (_, rank) => make(`loss{rank="${rank}"}`, [rank]));
  const asked = serve(contexts);
  const lines = await ask(contexts, "lines");
  expect(asked.map((keys) => keys.length)).toEqual([200, 200, 50]);
  expect(lines).toHaveLength(450);
});

it("joins series of one point and of none", () => {
  expect([...joinSeries([make("a", [2], [5]), make("b", [4], [5]), make("c", [])]).last]).toEqual([3]);
});
