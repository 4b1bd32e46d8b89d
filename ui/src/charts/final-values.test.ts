import { describe, expect, it } from "vitest";
import { areFinalValues } from "./final-values";
import type { Line } from "./lines";
import { DEFAULT_VIEW } from "./view";

const lineOf = (...values: number[]): Line => {
  const last = Float64Array.from(values);
  const x = Float64Array.from(values, (_, index) => index);
  const run = { runId: "a", name: "run a", color: "red", dash: [] };
  return { run, x, values: last, series: { runId: "a", key: "k", count: x.length, raw: true, x, low: last, high: last, last } };
};

describe("areFinalValues", () => {
  it("takes one point of each run as its final value", () => {
    expect(areFinalValues([lineOf(0.5)], DEFAULT_VIEW)).toBe(true);
    expect(areFinalValues([lineOf(0.5), lineOf(0.25)], DEFAULT_VIEW)).toBe(true);
  });

  it("keeps lines where any has a course, or stands over another metric", () => {
    expect(areFinalValues([lineOf(0.5), lineOf(0.5, 0.25)], DEFAULT_VIEW)).toBe(false);
    expect(areFinalValues([lineOf(0.5), lineOf(Number.NaN)], DEFAULT_VIEW)).toBe(false);
    expect(areFinalValues([lineOf(0.5), lineOf(0.25)], { ...DEFAULT_VIEW, x: "metric", xKey: "epoch" })).toBe(false);
  });
});
