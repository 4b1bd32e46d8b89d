import { describe, expect, it } from "vitest";
import { addBrushes } from "./filter";
import { columnsOf, decodeSpec, EMPTY_SPEC, encodeSpec, KINDS, readSpecs, writeSpecs, type PlotSpec } from "./spec";

const SPECS: readonly PlotSpec[] = [
  { ...EMPTY_SPEC, kind: "scatter", x: "params.lr", y: "metrics.val/loss", color: "tags.a,b", size: "params.n=1", log: ["params.lr"] },
  {
    ...EMPTY_SPEC,
    kind: "parallel",
    axes: ["params.model", 'metrics.acc{split="val"}', "params.a~b"],
    color: "metrics.loss",
    brushes: [
      { field: "metrics.loss", low: 0.25, high: Infinity, texts: [] },
      { field: "params.model", low: Number.NaN, high: Number.NaN, texts: ["a,b", "c\\d"] },
      { field: "params.x", low: Number.NaN, high: Number.NaN, texts: ["one"] },
    ],
  },
  { ...EMPTY_SPEC, kind: "note", text: "# Title\n\n* a, b = c\\d: é" },
];

describe("the charts in the address", () => {
  it("come back as they were written, in order", () => {
    const query = new URLSearchParams(writeSpecs(new URLSearchParams("q=a"), SPECS).toString());
    expect(readSpecs(query)).toEqual(SPECS);
    expect(query.get("q")).toBe("a");
  });

  it("are readable, and leave out what is empty", () => {
    expect(encodeSpec({ ...EMPTY_SPEC, kind: "bar", y: "metrics.loss" })).toBe("bar:y=metrics.loss");
    expect(writeSpecs(new URLSearchParams("charts=bar:"), []).toString()).toBe("");
  });

  it("can be of every kind, and of no other", () => {
    for (const kind of KINDS) expect(decodeSpec(kind)).toEqual({ ...EMPTY_SPEC, kind });
    expect(decodeSpec("pie:y=a")).toBeNull();
    expect(readSpecs(new URLSearchParams("charts=pie&charts=note:text=a"))).toHaveLength(1);
  });

  it("ask for the columns they show, once", () => {
    expect(columnsOf({ ...EMPTY_SPEC, kind: "scatter", x: "params.lr", y: "metrics.loss" })).toEqual(["params.lr", "metrics.loss"]);
    expect(columnsOf({ ...EMPTY_SPEC, kind: "line", y: "val.loss" })).toEqual([]);
  });
});

describe("addBrushes", () => {
  it("writes ranges in the search language, and keeps what was searched for", () => {
    const [, parallel] = SPECS;
    expect(addBrushes("a > 1 OR b > 1", parallel?.brushes ?? [])).toBe(
      "(a > 1 OR b > 1) AND metrics.loss >= 0.25 AND params.model IN ('a,b', 'c\\d') AND params.x = 'one'",
    );
    const range = { field: "params.l r", low: 1, high: 2, texts: [] };
    expect(addBrushes("", [range])).toBe("params.`l r` BETWEEN 1 AND 2");
    expect(addBrushes("", [{ ...range, low: -Infinity }])).toBe("params.`l r` <= 2");
    expect(addBrushes("", [{ ...range, texts: ["it's"] }])).toBe('params.`l r` = "it\'s"');
  });
});
