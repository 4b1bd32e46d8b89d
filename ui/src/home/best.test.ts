import { expect, test } from "vitest";
import type { HomeExperiment } from "../api/schema";
import { findBest } from "./best";

const experiment: HomeExperiment = {
  experiment_id: "1",
  name: "churn",
  runs: 2,
  running: 0,
  last_activity: 1,
  metric: "val_loss",
  direction: "",
  least: { value: 0.1, run_id: "a" },
  greatest: { value: 0.9, run_id: "b" },
};

test("the direction is guessed from the name only if nobody has said it", () => {
  expect(findBest(experiment)).toEqual({ extreme: { value: 0.1, run_id: "a" }, word: "lowest" });
  expect(findBest({ ...experiment, metric: "auc" })?.word).toBe("highest");
  expect(findBest({ ...experiment, direction: "max" })?.extreme.run_id).toBe("b");
});

test("without values nothing is best", () => {
  expect(findBest({ ...experiment, least: null, greatest: null })).toBeNull();
});
