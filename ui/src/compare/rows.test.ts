import { describe, expect, it } from "vitest";
import type { CompareRunsResponse } from "../api/schema";
import { describeDelta, listPatches, makeSections, summarize } from "./rows";

const ANSWER: CompareRunsResponse = {
  table: {
    total: 2,
    matched: 2,
    running: 0,
    run_ids: ["a", "b"],
    run_names: ["one", "two"],
    parents: ["", ""],
    columns: [
      { name: "attributes.experiment_id", values: ["1", "2"], index: [0, 1] },
      { name: "attributes.status", values: ["FINISHED"], index: [0, 0] },
      { name: "attributes.duration", numbers: [1000, null] },
      { name: "params.lr", values: ["0.1", "0.2"], index: [0, 1] },
      { name: "params.model", values: ["mlp"], index: [0, 0] },
      { name: "metrics.loss", numbers: [0.5, "NaN"] },
      { name: "tags.team", values: ["x"], index: [0, -1] },
      { name: "tags.mlflow.user", values: ["ada"], index: [0, 0] },
      { name: "tags.mlflow.source.git.commit", values: ["abc", "def"], index: [0, 1] },
    ],
  },
  experiments: [
    { experiment_id: "1", name: "churn" },
    { experiment_id: "2", name: "fraud" },
  ],
  datasets: [{ run_id: "b", name: "d", digest: "1", context: "training" }],
  files: [
    { run_id: "a", path: "code/diff.patch", digest: "p".repeat(64), size: 1 },
    { run_id: "b", path: "code/diff.patch", digest: "p".repeat(64), size: 1 },
    { run_id: "a", path: "code/requirements.txt", digest: "q", size: 1 },
    { run_id: "b", path: "code/requirements.txt", digest: "r", size: 1 },
    { run_id: "a", path: "code/program.json", digest: "s", size: 1 },
    { run_id: "b", path: "code/program.json", digest: "t", size: 1 },
  ],
  texts: [
    { digest: "p".repeat(64), text: "+1" },
    { digest: "q", text: "numpy==2.0\npandas==2.2\n# x\n-e ." },
    { digest: "r", text: "NumPy==2.1\npandas==2.2" },
  ],
  missing: [],
};

describe("makeSections", () => {
  const sections = new Map(makeSections(ANSWER).map((section) => [section.title, section]));
  const texts = (title: string, name: string) => sections.get(title)?.rows.find((row) => row.name === name)?.cells.map(({ text }) => text);

  it("puts everything that runs have into rows, and tells which differ", () => {
    expect([...sections.keys()]).toEqual(["Metrics", "Parameters", "About", "Datasets", "Tags", "Code", "Environment"]);
    expect(texts("Parameters", "lr")).toEqual(["0.1", "0.2"]);
    expect([...sections.values()].map(({ differing }) => differing)).toEqual([1, 1, 2, 1, 1, 1, 1]);
    expect(texts("About", "experiment")).toEqual(["churn", "fraud"]);
  });

  it("takes the same program with other arguments for the same code", () => {
    expect(sections.get("Code")?.rows.map(({ name, isSame }) => [name, isSame])).toEqual([
      ["commit", false],
      ["uncommitted changes", true],
    ]);
  });

  it("keeps NaN apart from nothing", () => {
    expect(texts("Metrics", "loss")).toEqual(["0.5000", "NaN"]);
    expect(texts("About", "duration")).toEqual(["1.0 s", null]);
  });

  it("compares environments package by package, whatever the spelling of their names", () => {
    expect(texts("Environment", "numpy")).toEqual(["2.0", "2.1"]);
    expect(sections.get("Environment")?.rows.find(({ name }) => name === "pandas")?.isSame).toBe(true);
  });

  it("leaves tags out that are not the reader's", () => {
    expect(sections.get("Tags")?.rows.map(({ name }) => name)).toEqual(["team"]);
  });
});

describe("listPatches", () => {
  it("names each change once, with its runs", () => {
    expect(listPatches(ANSWER)).toEqual([{ digest: "p".repeat(64), text: "+1", runIds: ["a", "b"] }]);
  });
});

describe("describeDelta", () => {
  it("says difference, share and direction", () => {
    expect(describeDelta(0.55, 0.5)).toEqual({ text: "+0.05 (+10 %)", direction: "up" });
    expect(describeDelta(0.9846, 0.985)).toEqual({ text: "−0.0004 (−0.041 %)", direction: "down" });
    expect(describeDelta(-3, -2)).toEqual({ text: "−1 (−50 %)", direction: "down" });
    expect(describeDelta(1, 0)).toEqual({ text: "+1", direction: "up" });
  });

  it("is silent about what is the same or no number", () => {
    expect(describeDelta(1, 1)).toBeNull();
    expect(describeDelta(Number.NaN, 1)).toBeNull();
    expect(describeDelta(1, Infinity)).toBeNull();
  });
});

describe("summarize", () => {
  it("tells the range of numbers and the number of texts", () => {
    const cell = (text: string | null, value = Number.NaN) => ({ text, full: text ?? "", value });
    expect(summarize({ isNumeric: true, cells: [cell("1", 1), cell("3", 3), cell(null)] })).toBe("1 – 3");
    expect(summarize({ isNumeric: false, cells: [cell("a"), cell("b"), cell("a")] })).toBe("2 values");
  });
});
