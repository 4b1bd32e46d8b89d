import { expect, it } from "vitest";
import type { ChartRun } from "./lines";
import { makeRequest } from "./request";
import { DEFAULT_VIEW } from "./view";

const run = (runId: string, startTime?: number): ChartRun => ({
  runId,
  name: runId,
  color: "red",
  dash: [],
  ...(startTime === undefined ? {} : { startTime }),
});

it("asks for one bucket per pixel, fewer for many runs", () => {
  expect(makeRequest([run("a")], DEFAULT_VIEW, 340).buckets).toBe(400);
  expect(makeRequest([run("a")], DEFAULT_VIEW, 9000).buckets).toBe(2000);
  const many = Array.from({ length: 1200 }, (_, index) => run(String(index)));
  expect(makeRequest(many, DEFAULT_VIEW, 340)).toMatchObject({ buckets: 200, start: null, end: null });
  expect(makeRequest(many, DEFAULT_VIEW, 340).runIds.length).toBe(1000);
});

it("turns a relative range into times that hold it for every run", () => {
  const view = { ...DEFAULT_VIEW, x: "relative", range: { start: 1, end: 2 } } as const;
  expect(makeRequest([run("a", 1000), run("b", 5000)], view, 100)).toMatchObject({ x: "time", start: 2000, end: 7000 });
  expect(makeRequest([run("a", 1000), run("b")], view, 100)).toMatchObject({ start: null, end: null });
});

it("reads against a metric, whose range is one of its values", () => {
  const view = { ...DEFAULT_VIEW, x: "metric", xKey: "epoch", range: { start: 1, end: 2 } } as const;
  expect(makeRequest([run("a")], view, 100)).toMatchObject({ x: "step", xKey: "epoch", start: 1, end: 2 });
  expect(makeRequest([run("a")], { ...view, x: "step" }, 100).xKey).toBe("");
});
