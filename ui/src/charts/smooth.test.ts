import { describe, expect, it } from "vitest";
import { smoothValues } from "./smooth";

describe("smoothValues", () => {
  it("leaves values alone at weight 0", () => {
    expect([...smoothValues(Float64Array.of(3, 1, 2), 0)]).toEqual([3, 1, 2]);
  });

  it("starts at the first value and keeps a constant", () => {
    for (const value of smoothValues(Float64Array.of(5, 5, 5, 5), 0.9)) expect(value).toBeCloseTo(5, 12);
  });

  it("weighs the past", () => {
    const smoothed = smoothValues(Float64Array.of(0, 1), 0.5);
    expect(smoothed[1]).toBeCloseTo(0.5 / 0.75, 12);
  });

  it("passes NaN and infinities through without spoiling what follows", () => {
    const smoothed = smoothValues(Float64Array.of(1, Number.NaN, Infinity, 1), 0.8);
    expect(smoothed[1]).toBeNaN();
    expect(smoothed[2]).toBe(Infinity);
    expect(smoothed[3]).toBeCloseTo(1, 12);
  });

  it("keeps constants and gaps by every kind, and takes less of a spike the more it smooths", () => {
    const spike = Float64Array.from({ length: 41 }, (_, index) => (index === 20 ? 1 : 0));
    for (const kind of ["ema", "gaussian", "mean"] as const) {
      const constant = smoothValues(Float64Array.of(5, Number.NaN, 5, 5), 0.8, kind);
      expect(constant[1]).toBeNaN();
      for (const at of [0, 2, 3]) expect(constant[at]).toBeCloseTo(5, 12);
      const [little, much] = [0.5, 0.9].map((weight) => Math.max(...smoothValues(spike, weight, kind)));
      expect(much).toBeLessThan(little ?? 0);
    }
  });

  it("is even-handed to both sides, except for the moving average", () => {
    const spike = Float64Array.from({ length: 41 }, (_, index) => (index === 20 ? 1 : 0));
    for (const kind of ["gaussian", "mean"] as const) {
      const smoothed = smoothValues(spike, 0.8, kind);
      expect(smoothed[18]).toBeCloseTo(smoothed[22] ?? -1, 12);
    }
    expect(smoothValues(spike, 0.8)[18]).toBe(0);
  });
});
