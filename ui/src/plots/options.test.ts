import { describe, expect, it } from "vitest";
import type { KeySummary } from "../api/schema";
import { findLack, listOptions, suggestSpec } from "./options";
import { EMPTY_SPEC, KINDS } from "./spec";

const KEYS: readonly KeySummary[] = [
  { kind: "metric", name: "system/cpu", runs: 9, distinct: 9, min: 0, max: 1 },
  { kind: "metric", name: "loss", runs: 9, distinct: 9, min: 0, max: 1 },
  { kind: "param", name: "fixed", runs: 9, distinct: 1, values: ["1"] },
  { kind: "param", name: "lr", runs: 9, distinct: 9, min: 0.0001, max: 0.1, values: ["0.1"] },
  { kind: "param", name: "depth", runs: 9, distinct: 5, min: 1, max: 9, values: ["1"] },
  { kind: "param", name: "model", runs: 9, distinct: 2, values: ["a", "b"] },
  { kind: "param", name: "words", runs: 9, distinct: 3, values: ["a very long text that is no axis"] },
];

describe("suggestSpec", () => {
  const options = listOptions(KEYS);

  it("shows what varies, the reader's own metric, and logarithmic axes where values spread", () => {
    expect(suggestSpec("scatter", options)).toMatchObject({ x: "params.lr", y: "metrics.loss", log: ["params.lr"] });
    expect(suggestSpec("box", options)).toMatchObject({ x: "params.model", y: "metrics.loss", log: [] });
    expect(suggestSpec("parallel", options).axes).toEqual(["params.lr", "params.depth", "params.model", "metrics.loss"]);
    expect(suggestSpec("line", options).y).toBe("loss");
  });

  it("is complete for every kind but the note", () => {
    for (const kind of KINDS) expect(findLack(suggestSpec(kind, options)) === "").toBe(kind !== "note");
  });

  it("says what is missing when there are no keys", () => {
    const nothing = listOptions([]);
    expect(findLack(suggestSpec("contour", nothing))).toBe("Choose two axes and the value over them.");
    expect(findLack({ ...EMPTY_SPEC, kind: "parallel", axes: ["metrics.a"] })).toBe("Choose at least two axes.");
  });
});
