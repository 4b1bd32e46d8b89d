import { describe, expect, it } from "vitest";
import { findExtent, findLimit, findNearest, prepareLines, readLines, type ChartRun } from "./lines";
import type { Series } from "./series";
import { DEFAULT_VIEW } from "./view";

const LINEAR = { logX: false, logY: false };
const RUN: ChartRun = { runId: "a", name: "run a", color: "red", dash: [] };

function makeSeries(runId: string, x: number[], values: number[]): Series {
  const last = Float64Array.from(values);
  return { runId, key: "k", count: x.length, raw: true, x: Float64Array.from(x), low: last, high: last, last };
}

const lineOf = (x: number[], values: number[], run = RUN) =>
  prepareLines([run], new Map([[run.runId, makeSeries(run.runId, x, values)]]), { x: "step", smooth: 0 });

describe("prepareLines", () => {
  it("leaves out runs without points and keeps the order of the runs", () => {
    const series = new Map([
      ["b", makeSeries("b", [1], [1])],
      ["a", makeSeries("a", [], [])],
    ]);
    const lines = prepareLines([RUN, { ...RUN, runId: "c" }, { ...RUN, runId: "b" }], series, { x: "step", smooth: 0 });
    expect(lines.map((line) => line.run.runId)).toEqual(["b"]);
  });

  it("counts relative time in seconds from the start of the run, or from the first point", () => {
    const series = new Map([["a", makeSeries("a", [5000, 7000], [1, 2])]]);
    const view = { x: "relative", smooth: 0 } as const;
    expect([...(prepareLines([{ ...RUN, startTime: 4000 }], series, view)[0]?.x ?? [])]).toEqual([1, 3]);
    expect([...(prepareLines([RUN], series, view)[0]?.x ?? [])]).toEqual([0, 2]);
  });
});

describe("findExtent", () => {
  it("ignores NaN and infinities and pads y", () => {
    const extent = findExtent(lineOf([0, 1, 2, 3], [0, Number.NaN, Infinity, 10]), null, LINEAR);
    expect(extent.x).toEqual({ start: 0, end: 3 });
    expect(extent.y).toEqual({ start: -0.5, end: 10.5 });
    expect([extent.min, extent.max]).toEqual([0, 10]);
  });

  it("fits y to what is in the range", () => {
    const extent = findExtent(lineOf([0, 1, 2, 3], [100, 1, 2, 100]), { start: 1, end: 2 }, LINEAR);
    expect([extent.min, extent.max]).toEqual([1, 2]);
  });

  it("gives a constant and a single point room", () => {
    const extent = findExtent(lineOf([7], [4]), null, LINEAR);
    expect(extent.x).toEqual({ start: 6.5, end: 7.5 });
    expect(extent.y.start).toBeLessThan(4);
    expect(extent.y.end).toBeGreaterThan(4);
  });

  it("takes positive values only on logarithmic axes", () => {
    const extent = findExtent(lineOf([0, 1, 10], [-5, 0.01, 100]), null, { logX: true, logY: true });
    expect(extent.x).toEqual({ start: 1, end: 10 });
    expect(extent.y.start).toBeGreaterThan(0);
    expect(extent.y.end).toBeGreaterThan(100);
  });

  it("is finite without any line", () => {
    const extent = findExtent([], null, { logX: true, logY: true });
    expect(extent.x.start).toBeLessThan(extent.x.end);
    expect(extent.y.start).toBeLessThan(extent.y.end);
    expect(extent.min).toBeNaN();
  });
});

describe("findLimit", () => {
  const values = [1000, ...Array.from({ length: 98 }, (_, step) => step), -1000];
  const lines = lineOf([...values.keys()], values);

  it("leaves out the values at either end when outliers are not wanted", () => {
    expect(findLimit(lines, DEFAULT_VIEW, "k")).toBeNull();
    expect(findLimit(lines, { ...DEFAULT_VIEW, clips: true }, "k")).toEqual({ start: 4 - 4.45, end: 93 + 4.45 });
  });

  it("gives way to the ends that the reader set, and to values that are all the same", () => {
    expect(findLimit(lines, { ...DEFAULT_VIEW, clips: true, limits: [{ key: "k", start: 3, end: 4 }] }, "k")).toMatchObject({ start: 3, end: 4 });
    expect(findLimit(lineOf([0, 1], [2, 2]), { ...DEFAULT_VIEW, clips: true }, "k")).toBeNull();
  });
});

describe("findNearest", () => {
  it("finds the nearer neighbour and clamps at the ends", () => {
    const x = Float64Array.of(0, 10, 20);
    expect([-5, 4, 6, 20, 99].map((at) => findNearest(x, at))).toEqual([0, 0, 1, 2, 2]);
    expect(findNearest(new Float64Array(0), 1)).toBe(-1);
  });
});

describe("readLines", () => {
  it("sorts by falling value, NaN last, and leaves out lines that ended before", () => {
    const lines = [
      ...lineOf([0, 10], [1, Number.NaN], { ...RUN, runId: "nan" }),
      ...lineOf([0, 10], [1, 2], { ...RUN, runId: "low" }),
      ...lineOf([0, 10], [1, Infinity], { ...RUN, runId: "inf" }),
      ...lineOf([0, 5], [1, 9], { ...RUN, runId: "short" }),
    ];
    expect(readLines(lines, 10, 1).map((reading) => reading.run.runId)).toEqual(["inf", "low", "nan"]);
  });
});
