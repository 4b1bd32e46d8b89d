import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatNumber, plural } from "./format";

describe("formatNumber", () => {
  it.each([
    [0.98504321, "0.9850"],
    [12, "12"],
    [0, "0"],
    [123456.7, "123457"],
    [0.00001234, "1.234e-5"],
    [0.0421, "0.04210"],
    [3e12, "3.000e+12"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("writes %s as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatDuration", () => {
  it.each([
    [12, "12 ms"],
    [1234, "1.2 s"],
    [75_000, "1 min 15 s"],
    [3_600_000, "1 h"],
    [90_000_000, "1 d 1 h"],
  ])("writes %s ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatAgo", () => {
  it("grows coarser", () => {
    const now = 1_700_000_000_000;
    expect(formatAgo(now - 1000, now)).toBe("just now");
    expect(formatAgo(now - 130_000, now)).toBe("2 min ago");
    expect(formatAgo(now - 90_000_000, now)).toBe("1 d ago");
    expect(formatAgo(now - 90 * 86_400_000, now)).toBe("2023-08-16");
  });
});

describe("plural", () => {
  it("adds an s", () => {
    expect([plural(1, "run"), plural(2000, "run")]).toEqual(["1 run", "2,000 runs"]);
  });
});
