import { describe, expect, it } from "vitest";
import type { QueryRunsResponse, RunColumn } from "../api/schema";
import { estimateDensity, measureSpread, quantile } from "./box";
import { interpolate } from "./contour";
import type { Figure, FigureInput, Refusal } from "./figure";
import { brushBetween, drawFigure, drawImportance, layOut, sceneToSvg } from "./figures";
import { makeFrame, pickRuns } from "./frame";
import { curve, easeCurve } from "./scene";
import { EMPTY_SPEC, type PlotSpec } from "./spec";

const COUNT = 30;
const rows = Array.from({ length: COUNT }, (_, row) => row);

function answer(columns: RunColumn[], count = COUNT): QueryRunsResponse {
  const ids = Array.from({ length: count }, (_, row) => `r${row}`);
  return { total: count, matched: count, running: 0, run_ids: ids, run_names: ids.map((id) => `run ${id}`), parents: ids.map(() => ""), columns };
}

const FRAME = makeFrame(
  answer([
    { name: "metrics.loss", numbers: rows.map((row) => (row === 3 ? "NaN" : row / 10)) },
    { name: "params.lr", values: rows.map((row) => String(10 ** -(row % 5))), index: rows },
    { name: "params.depth", values: rows.map((row) => String((row * 7) % 11)), index: rows },
    { name: "params.model", values: ["mlp", "xgb"], index: rows.map((row) => (row === 0 ? -1 : row % 2)) },
  ]),
);

const look = (runId: string) => ({ runId, name: runId, color: "var(--c1)", dash: [] });

function draw(spec: Partial<PlotSpec>, part: Partial<FigureInput> = {}): Figure | Refusal {
  return drawFigure({ spec: { ...EMPTY_SPEC, ...spec }, frame: FRAME, runs: new Map([["r1", look("r1")]]), width: 600, height: 300, mode: "light", ...part });
}

function figure(drawn: Figure | Refusal): Figure {
  if ("reason" in drawn) throw new Error(drawn.reason);
  return drawn;
}

const reason = (drawn: Figure | Refusal): string => ("reason" in drawn ? drawn.reason : "");

describe("makeFrame", () => {
  it("reads params that are all numbers as numbers, others as texts, and knows what is missing", () => {
    expect(FRAME.field("params.lr").kind).toBe("number");
    expect(FRAME.field("params.model").kind).toBe("text");
    expect(FRAME.field("metrics.loss").isThere(3)).toBe(false);
    expect(FRAME.field("params.model").isThere(0)).toBe(false);
    expect(FRAME.field("params.none").texts.every((text) => text === null)).toBe(true);
  });

  it("gives some of the runs in another order", () => {
    const picked = pickRuns(FRAME, ["r5", "gone", "r2"]);
    expect(picked.names).toEqual(["run r5", "run r2"]);
    expect([...picked.field("metrics.loss").numbers]).toEqual([0.5, 0.2]);
  });
});

describe("bars", () => {
  it("begin at zero and leave out runs without a value, which is said", () => {
    const drawn = figure(draw({ kind: "bar", y: "metrics.loss" }));
    expect(drawn.sentence).toBe("loss: bars of 29 runs, from 0 to 2.9.");
    expect(drawn.note).toContain("1 run without these values is left out");
    expect(drawn.sheet.rows[1]).toEqual(["r1", "run r1", "0.1"]);
    expect(drawn.find(300, 8)?.title).toBe("run r0");
  });

  it("show differences to the first run", () => {
    const frame = pickRuns(FRAME, ["r10", "r5", "r20"]);
    const drawn = figure(draw({ kind: "difference", y: "metrics.loss" }, { frame }));
    expect(drawn.sheet.rows.map((row) => row[2])).toEqual(["-0.5", "1"]);
    expect(drawn.note).toBe("Baseline run r10: 1");
    expect(reason(draw({ kind: "difference", y: "metrics.loss" }, { frame: pickRuns(FRAME, ["r3", "r5"]) }))).toBe("The baseline, run r3, has no finite loss.");
  });
});

describe("scatter", () => {
  it("finds the run under the pointer, and nothing far from all", () => {
    const drawn = figure(draw({ kind: "scatter", x: "params.lr", y: "metrics.loss", log: ["params.lr"], color: "params.model", size: "params.depth" }));
    const shape = drawn.scene.shapes.find(({ run }) => run === "r7");
    const [x, y] = (shape?.path.match(/-?[\d.]+/g) ?? []).map(Number);
    const radius = 3;
    expect(drawn.find((x ?? 0) + radius, y ?? 0)?.run).toBe("r7");
    expect(drawn.find(595, 5)).toBeNull();
    expect(drawn.sentence).toBe("Scatter of 29 runs: loss against lr.");
  });

  it("draws the chosen runs in front, in their colour", () => {
    const drawn = figure(draw({ kind: "scatter", x: "params.lr", y: "metrics.loss" }));
    expect(drawn.scene.shapes.at(-1)).toMatchObject({ run: "r1", fill: "var(--c1)" });
  });
});

describe("boxes", () => {
  it("find quartiles, and whiskers at the last value within reach", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(measureSpread([1, 2, 3, 4, 100])).toEqual({ low: 1, q1: 2, median: 3, q3: 4, high: 4 });
  });

  it("have the greatest density where most values are", () => {
    const density = estimateDensity([0, 5, 5, 5, 5, 10]);
    expect(density.find(({ density: most }) => most === 1)?.at).toBeCloseTo(5, 0);
  });

  it("stand by group", () => {
    const drawn = figure(draw({ kind: "box", x: "params.model", y: "metrics.loss" }));
    expect(drawn.sheet.rows.map((row) => row.slice(0, 2))).toEqual([["mlp", "14"], ["xgb", "14"]]);
    expect(drawn.note).toBe("2 runs without these values are left out");
  });
});

describe("contours", () => {
  it("go through the samples, and are nowhere outside of them", () => {
    const grid = interpolate([{ x: 0, y: 0, z: 0 }, { x: 4, y: 0, z: 4 }, { x: 0, y: 4, z: 8 }], 6, 6);
    expect([grid[0], grid[4], grid[4 * 6], grid[2 * 6 + 1]]).toEqual([0, 4, 8, 5]);
    expect(grid[4 * 6 + 4]).toBeNaN();
  });

  it("are drawn for enough runs only, and say why not", () => {
    const spec = { kind: "contour", x: "params.depth", y: "params.lr", color: "metrics.loss", log: ["params.lr"] } as const;
    expect(figure(draw(spec)).sentence).toContain("between 29 runs");
    expect(reason(draw(spec, { frame: pickRuns(FRAME, FRAME.runIds.slice(0, 12)) }))).toContain("11 runs have all three values. At least 20 are needed");
    expect(reason(draw({ ...spec, y: "params.model" }))).toContain("model holds texts");
    expect(reason(draw({ ...spec, y: "params.depth" }))).toContain("too few places");
  });
});

describe("curves", () => {
  it("are level at each point, lifted where there is none, and found where they are drawn", () => {
    expect(curve([[0, 10], [10, 20], [20, Number.NaN], [30, 5]])).toBe("M0 10C5 10 5 20 10 20M30 5");
    expect([0, 0.5, 1].map(easeCurve)).toEqual([0, 0.5, 1]);
    // Of the curve above at t = 0.25: x = 2.96875, y = 11.5625.
    expect(easeCurve(0.296875)).toBeCloseTo(0.15625, 8);
  });
});

describe("parallel coordinates", () => {
  const spec: PlotSpec = { ...EMPTY_SPEC, kind: "parallel", axes: ["params.model", "params.lr", "metrics.loss"], log: ["params.lr"] };

  it("keep what is within the ranges", () => {
    const brushed = { ...spec, brushes: [{ field: "metrics.loss", low: 1, high: 2, texts: [] }, { field: "params.model", low: Number.NaN, high: Number.NaN, texts: ["xgb"] }] };
    const drawn = figure(draw(brushed));
    expect(drawn.note).toBe("5 of 30 runs within the ranges");
    expect(drawn.sheet.rows.map(([id]) => id).sort()).toEqual(["r11", "r13", "r15", "r17", "r19"]);
  });

  it("turn a drag along an axis into a range of its values", () => {
    const { axes, top, bottom } = layOut(spec, FRAME, 600, 300);
    const [model, , loss] = axes;
    if (!model || !loss) throw new Error("no axes");
    const range = brushBetween(loss, bottom, loss.put(1));
    expect(range?.low).toBeCloseTo(0, 1);
    expect(range?.high).toBeCloseTo(1, 1);
    expect(brushBetween(model, top, (top + bottom) / 2)?.texts).toHaveLength(1);
    expect(brushBetween(loss, 100, 101)).toBeNull();
  });

  it("draw two hundred lines, and the rest as density", () => {
    const many = Array.from({ length: 500 }, (_, row) => row);
    const frame = makeFrame(answer([{ name: "metrics.a", numbers: many }, { name: "metrics.b", numbers: many }], 500));
    const drawn = figure(draw({ kind: "parallel", axes: ["metrics.a", "metrics.b"] }, { frame }));
    expect(drawn.scene.shapes.filter(({ run }) => run)).toHaveLength(200);
    expect(drawn.note).toBe("500 lines: 200 drawn as lines, the rest as density");
  });

  it("need two axes", () => {
    expect(reason(draw({ kind: "parallel", axes: ["metrics.loss"] }))).toBe("Parallel coordinates need at least two axes.");
  });
});

describe("importance", () => {
  const param = { name: "lr", runs: 30, is_number: true, correlation: -0.9, importance: 0.8, deviation: 0.1 };

  it("says how much the forest knows, and when that is little", () => {
    const known = figure(drawImportance("loss", { params: [param], runs: 30, score: 0.75, reason: "" }, 600, 300));
    const little = figure(drawImportance("loss", { params: [param], runs: 30, score: 0.02, reason: "" }, 600, 300));
    expect(known.note).toBe("A forest over 30 runs explains 75 % of the variance in runs it has not seen.");
    expect(little.note).toContain("mean little");
  });

  it("does without a forest, and refuses with the server's reason", () => {
    const bare = { ...param, importance: null, deviation: null };
    expect(figure(drawImportance("loss", { params: [bare], runs: 30, score: null, reason: "No scikit-learn." }, 600, 300)).note).toBe("30 runs. No scikit-learn.");
    expect(reason(drawImportance("loss", { params: [], runs: 3, score: null, reason: "Too few." }, 600, 300))).toBe("Too few.");
  });
});

describe("sceneToSvg", () => {
  it("writes what is drawn, with texts that cannot break out", () => {
    const scene = { width: 10, height: 10, shapes: [{ path: "M0 0h1", stroke: "var(--c1)" }], labels: [{ x: 1, y: 1, text: "<a & b>" }] };
    const svg = sceneToSvg('"t"', scene, (css) => `<${css}>`.slice(1, -1));
    expect(svg).toContain("&lt;a &amp; b&gt;");
    expect(svg).toContain('<path d="M0 0h1" fill="none" stroke="var(--c1)"');
    expect(new DOMParser().parseFromString(svg, "text/xml").querySelector("parsererror")).toBeNull();
  });
});
