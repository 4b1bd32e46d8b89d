import { expect, it } from "vitest";
import { findExtent, prepareLines } from "./lines";
import { describeChart, describeDensity, describeRange } from "./summary";

const last = Float64Array.of(1, 0.25);
const series = { runId: "a", key: "k", count: 2, raw: true, x: Float64Array.of(0, 1), low: last, high: last, last };
const run = { runId: "a", name: "calm-owl", color: "red", dash: [] };
const lines = prepareLines([run], new Map([["a", series]]), { x: "step", smooth: 0 });
const extent = findExtent(lines, null, { logX: false, logY: false });

it("tells the run, the points and the range", () => {
  expect(describeChart("k", lines, extent)).toBe("k: Line of calm-owl, 2 points, 0.25 to 1, last 0.25.");
  expect(describeChart("k", [...lines, ...lines], extent)).toBe("k: Lines of 2 runs, 4 points, 0.25 to 1.");
  expect(describeChart("k", [], extent)).toBe("k: no points in this range.");
});

it("names constants and the lack of values", () => {
  expect(describeRange({ ...extent, min: 3, max: 3 })).toBe("constant 3");
  expect(describeRange({ ...extent, min: Number.NaN })).toBe("no finite value");
});

it("says when lines are drawn as density", () => {
  expect(describeDensity(200)).toBe("");
  expect(describeDensity(612)).toBe("612 lines: 200 drawn as lines, the rest as density with the band of their middle 80 %");
});
