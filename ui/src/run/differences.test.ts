import { expect, it } from "vitest";
import { comparePairs } from "./differences";

it("finds what has another value, is new, or is gone", () => {
  const before = [{ key: "lr", value: "0.10" }, { key: "depth", value: "3" }, { key: "old", value: "" }, { key: "seed", value: "" }];
  const after = [{ key: "lr", value: "1e-1" }, { key: "depth", value: "5" }, { key: "new", value: "x" }, { key: "seed", value: "0" }];
  expect([...comparePairs(before, after)]).toEqual([
    ["depth", { before: "3", after: "5" }],
    ["new", { before: null, after: "x" }],
    ["seed", { before: "", after: "0" }],
    ["old", { before: "", after: null }],
  ]);
});
