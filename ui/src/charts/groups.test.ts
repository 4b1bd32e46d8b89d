import { describe, expect, it } from "vitest";
import { groupLines, groupRuns, NOTHING } from "./groups";
import { prepareLines, type Line } from "./lines";

function makeLine(runId: string, x: number[], values: number[]): Line {
  const last = Float64Array.from(values);
  const series = { runId, key: "k", count: x.length, raw: true, x: Float64Array.from(x), low: last, high: last, last };
  const lines = prepareLines([{ runId, name: runId, color: "red", dash: [] }], new Map([[runId, series]]), { x: "step", smooth: 0 });
  return lines[0] ?? { run: { runId, name: runId, color: "", dash: [] }, series, x: series.x, values: last };
}

describe("groupRuns", () => {
  it("orders numbers as numbers and keeps runs without a value together", () => {
    const groups = groupRuns(["a", "b", "c", "d"], new Map([["a", "10"], ["b", "9"], ["d", "10"]]));
    expect(groups).toEqual([
      { name: NOTHING, runIds: ["c"] },
      { name: "9", runIds: ["b"] },
      { name: "10", runIds: ["a", "d"] },
    ]);
  });
});

describe("groupLines", () => {
  it("draws the mean within least and greatest", () => {
    const [line] = groupLines([makeLine("a", [0, 1], [1, 2]), makeLine("b", [0, 1], [3, 6])], new Map([["a", "x"], ["b", "x"]]));
    expect([...(line?.values ?? [])]).toEqual([2, 4]);
    expect([...(line?.series.low ?? [])]).toEqual([1, 2]);
    expect([...(line?.series.high ?? [])]).toEqual([3, 6]);
    expect([line?.run.name, line?.series.count, line?.series.raw]).toEqual(["x · 2 runs", 4, false]);
  });

  it("leaves a run out of the mean after its end, and values that are not finite", () => {
    const lines = [makeLine("a", [0, 1, 2], [1, Number.NaN, 3]), makeLine("b", [0, 1], [5, 7])];
    const [line] = groupLines(lines, new Map([["a", "x"], ["b", "x"]]));
    expect([...(line?.values ?? [])]).toEqual([3, 7, 3]);
  });

  it("thins very many places and keeps the first and the last", () => {
    const x = Array.from({ length: 5000 }, (_, index) => index);
    const [line] = groupLines([makeLine("a", x, x)], new Map());
    expect([line?.x.length, line?.x[0], line?.x[399]]).toEqual([400, 0, 4999]);
  });
});
