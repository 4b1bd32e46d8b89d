import { expect, it } from "vitest";
import { formatSeconds, formatTicks, formatValue, formatX } from "./numbers";

it.each([
  [0, "0"],
  [0.123456, "0.1235"],
  [1234.5678, "1,235"],
  [1_000_000, "1,000,000"],
  [123_456_789, "1.235e+8"],
  [-0.00001, "-1e-5"],
  [Number.NaN, "NaN"],
  [-Infinity, "−∞"],
])("writes %s as %s", (value, text) => {
  expect(formatValue(value)).toBe(text);
});

it("writes seconds in units people read", () => {
  expect([1.5, 90, 120, 3725, -3600].map(formatSeconds)).toEqual(["1.5 s", "1 min 30 s", "2 min", "1 h 2 min", "−1 h"]);
});

it("names the unit of x", () => {
  expect(formatX(1500, "step")).toBe("step 1,500");
  expect(formatX(61, "relative")).toBe("after 1 min 1 s");
  expect(formatX(Number.NaN, "time")).toBe("–");
});

it.each([
  [[0.8, 0.8500000000000001, 0.9], ["0.80", "0.85", "0.90"]],
  [[-0.5, -1e-17, 0.5], ["-0.5", "0.0", "0.5"]],
  [[0, 1000, 2000], ["0", "1,000", "2,000"]],
  [[0, 12_500, 25_000], ["0", "12.5K", "25K"]],
  [[0, 0.00002, 0.00004], ["0", "2e-5", "4e-5"]],
])("writes the ticks %s of an axis with the same digits", (values, texts) => {
  expect(formatTicks(values)).toEqual(texts);
});
