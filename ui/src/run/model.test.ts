import { describe, expect, it } from "vitest";
import { formatDuration, groupPairs, guessBest, readNumber, readRun } from "./model";

describe("readRun", () => {
  it("reads what the server sends, with numbers that JSON has no words for", () => {
    const run = readRun({
      info: { run_id: "r", experiment_id: "1", run_name: "owl", status: "RUNNING", start_time: 5, lifecycle_stage: "active" },
      data: { metrics: [{ key: "loss", value: "NaN", timestamp: 7, step: 3 }], tags: [{ key: "a", value: "b" }] },
    });
    expect(run).toMatchObject({ runId: "r", name: "owl", endTime: null, isArchived: false, params: [] });
    expect(run.metrics[0]?.value).toBeNaN();
    expect(run.tags.get("a")).toBe("b");
  });

  it("puts metrics in contexts behind the metric itself", () => {
    const run = readRun({
      data: { metrics: [{ key: "loss" }, { key: "m" }], contexts: [{ key: 'loss{split="val"}' }, { key: 'loss{split="a"}' }] },
    });
    expect(run.metrics.map(({ key }) => key)).toEqual(["loss", 'loss{split="a"}', 'loss{split="val"}', "m"]);
  });

  it("reads infinities and refuses nothing", () => {
    expect(readNumber("-Infinity")).toBe(-Infinity);
    expect(readNumber(undefined)).toBeNaN();
    expect(readRun(null).runId).toBe("");
  });
});

describe("groupPairs", () => {
  const pairs = ["optim.lr", "optim.name", "seed", "data/path", "layer10", "layer9"].map((key) => ({ key, value: "x" }));

  it("groups what shares a prefix and leaves the rest on top", () => {
    expect(groupPairs(pairs, "").map((group) => [group.name, group.pairs.map((pair) => pair.key)])).toEqual([
      ["", ["data/path", "layer9", "layer10", "seed"]],
      ["optim", ["optim.lr", "optim.name"]],
    ]);
  });

  it("searches keys and values but keeps the groups", () => {
    expect(groupPairs(pairs, "LR")).toEqual([{ name: "optim", pairs: [{ key: "optim.lr", value: "x" }] }]);
  });
});

it.each([
  ["val/loss", "min"],
  ["test_rmse", "min"],
  ["val/auc", "max"],
  ["accuracy", "max"],
  ["lr", ""],
  ["classes", ""],
])("takes %s to be best at its %s", (key, best) => {
  expect(guessBest(key)).toBe(best);
});

it.each([
  [850, "850 ms"],
  [1500, "1.5 s"],
  [59_900, "59 s"],
  [200_000, "3 min 20 s"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
])("writes %s ms as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
