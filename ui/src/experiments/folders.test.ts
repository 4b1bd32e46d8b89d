import { expect, it } from "vitest";
import { readTags } from "./experiment-dialogs";
import { compareRows } from "./experiment-columns";
import { arrangeExperiments } from "./folders";
import { describeExperiment, type ExperimentFacts } from "./use-facts";

const facts = (id: string, name: string, runs: number) =>
  describeExperiment({
    experiment: { experiment_id: id, name, artifact_location: "", lifecycle_stage: "active", last_update_time: 0, creation_time: 0, tags: [] },
    runs,
    running: 1,
    models: 0,
    datasets: 0,
    last_activity: Number(id),
    best: null,
    best_run_id: "",
  });
const ALL = [facts("1", "team/a", 2), facts("2", "solo", 1), facts("3", "team/deep/b", 4)];

it("a slash in a name makes a folder that sums up what is in it", () => {
  const rows = arrangeExperiments(ALL, new Set(), false);
  expect(rows.map(({ name, level, runs }) => [name, level, runs])).toEqual([["team/", 1, 6], ["a", 2, 2], ["deep/", 2, 4], ["b", 3, 4], ["solo", 1, 1]]);
});

it("a closed folder hides its experiments, and a search shows whole names", () => {
  expect(arrangeExperiments(ALL, new Set(["team/"]), false).map(({ name }) => name)).toEqual(["team/", "solo"]);
  expect(arrangeExperiments(ALL, new Set(["team/"]), true).map(({ name }) => name)).toEqual(["team/a", "solo", "team/deep/b"]);
});

it("starred experiments come first in any order", () => {
  const star = (facts: ExperimentFacts) => ({ ...facts, tags: new Map([["headwater.starred", "true"]]) });
  const names = (order: string, starred: string[]) =>
    ALL.map((facts) => (starred.includes(facts.experiment.experiment_id) ? star(facts) : facts))
      .sort(compareRows(order))
      .map(({ experiment }) => experiment.experiment_id);
  expect(names("runs DESC", [])).toEqual(["3", "1", "2"]);
  expect(names("runs DESC", ["2"])).toEqual(["2", "3", "1"]);
  expect(names("name ASC", [])).toEqual(["2", "1", "3"]);
});

it("tags are read from one line", () => {
  expect(readTags("team: vision, urgent,, url: a:b")).toEqual([{ key: "team", value: "vision" }, { key: "urgent", value: "" }, { key: "url", value: "a:b" }]);
});
