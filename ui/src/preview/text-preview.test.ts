import { expect, it } from "vitest";
import { findWindow } from "./line-list";
import { findLines, prettify } from "./text-preview";

it("breaks JSON on one line and leaves everything else as it is", () => {
  expect(prettify(['{"a":[1]}'], "json")).toEqual(["{", '  "a": [', "    1", "  ]", "}"]);
  expect(prettify(["{broken"], "json")).toBeNull();
  expect(prettify(["{", "}"], "json")).toBeNull();
  expect(prettify(["{}"], "python")).toBeNull();
});

it("finds lines and ignores case", () => {
  expect(findLines(["Error: a", "ok", "an error"], "ERROR")).toEqual([0, 2]);
  expect(findLines(["a"], "")).toEqual([]);
});

it("draws only what is near the view", () => {
  expect(findWindow(0, 180, 100_000)).toEqual({ from: 0, to: 50 });
  expect(findWindow(18_000, 180, 100_000)).toEqual({ from: 960, to: 1050 });
  expect(findWindow(0, 180, 3)).toEqual({ from: 0, to: 3 });
});
