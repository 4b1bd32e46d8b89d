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
});
