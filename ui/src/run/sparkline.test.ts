import { expect, it } from "vitest";
import { traceSparkline } from "./sparkline";

it("fills the box and lifts the pen at gaps", () => {
  const path = traceSparkline(Float64Array.of(0, 1, 2, 3), Float64Array.of(0, Number.NaN, 1, 0));
  expect(path).toBe("M1.0 18.0M53.0 2.0L79.0 18.0");
});

it("shows a single value and a constant in the middle", () => {
  expect(traceSparkline(Float64Array.of(5), Float64Array.of(3))).toBe("M40.0 10.0h.1");
  expect(traceSparkline(Float64Array.of(0, 1), Float64Array.of(3, 3))).toBe("M1.0 10.0L79.0 10.0");
  expect(traceSparkline(new Float64Array(0), new Float64Array(0))).toBe("");
});
