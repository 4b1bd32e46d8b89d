import { expect, test } from "vitest";
import { bestSoFar, countStates, describeResume, findBest, frameOf, parallelOf, readImportance, readSweep, writeTicks } from "./sweep";

const trial = (number: number, state: string, value?: number) => ({ number, run_id: `r${number}`, state, params: { lr: 0.1, kind: "tree" }, value });
const sweep = readSweep({
  metric: "loss",
  direction: "minimize",
  planned: 6,
  parameters: [{ name: "lr", type: "float", low: 0.001, high: 1, log: true }, { name: "kind", type: "choice", choices: ["linear", "tree"] }],
  trials: [trial(0, "complete", 3), trial(1, "failed"), trial(2, "complete", 1), trial(3, "pruned", 0.1), trial(4, "complete", 1), trial(5, "running")],
});

test("only complete trials count for what is best, and the earliest of equals wins", () => {
  expect(findBest(sweep)?.number).toBe(2);
  expect(findBest({ ...sweep, direction: "maximize" })?.number).toBe(0);
  expect(bestSoFar(sweep)).toEqual([[0, 3], [2, 1], [4, 1]]);
  expect(countStates(sweep.trials)).toEqual([["complete", 3], ["running", 1], ["pruned", 1], ["failed", 1]]);
});

test("a sweep that is not there is empty", () => {
  const empty = readSweep(null);
  expect([empty.trials, findBest(empty), readImportance(null)]).toEqual([[], null, []]);
});

test("complete trials become runs with their parameters as axes, the best first", () => {
  const frame = frameOf({ ...sweep, trials: [...sweep.trials, ...readSweep({ trials: [{ ...trial(6, "complete", 2), params: { lr: 0.2, kind: true } }] }).trials] });
  expect(frame.runIds).toEqual(["r2", "r4", "r6", "r0"]);
  expect([...frame.field("params.lr").numbers]).toEqual([0.1, 0.1, 0.2, 0.1]);
  expect(frame.field("params.kind").texts).toEqual(["tree", "tree", "True", "tree"]);
  expect(parallelOf(sweep)).toMatchObject({ kind: "parallel", axes: ["params.lr", "params.kind", "metrics.loss"], log: ["params.lr"], color: "metrics.loss" });
});

test("a project goes on by the command, a function in Python", () => {
  expect(describeResume("r", { project: {} }, "http://h").code).toBe("headwater sweep --resume r --tracking-uri http://h");
  expect(describeResume("r", { function: "train.fit" }, "http://h").code).toContain('hw.projects.sweep(fit, resume="r")');
});

test("the marks of an axis can be told apart", () => {
  expect(writeTicks([0, 0.5, 1])).toEqual(["0.0", "0.5", "1.0"]);
  expect(new Set(writeTicks([1234.5, 1234.50001, 1234.50002])).size).toBe(3);
});

test("what matters most comes first", () => {
  expect(readImportance({ importance: { a: 0.2, b: 0.8 } })).toEqual([["b", 0.8], ["a", 0.2]]);
});
