import { expect, it } from "vitest";
import type { View } from "../api/schema";
import { describeView } from "./saved-view";

const view = (query: string): View => ({
  view_id: "v",
  experiment_id: "3",
  name: "Best",
  owner: "",
  creation_time: 0,
  last_update_time: 0,
  version: 1,
  user_id: "",
  state: { query },
  kind: "",
});
const block = { type: "view", experimentId: "3", viewId: "v", limit: 5 } as const;
const keys = [{ kind: "metric", name: "auc", runs: 3, distinct: 3 } as const];

it("shows filter, order, columns and charts of the view", () => {
  const { table, specs } = describeView(view("q=metrics.auc > 0.9&sort=metrics.auc desc&cols=metrics.auc&charts=bar:y=metrics.auc"), block, keys);

  expect(table).toEqual({ type: "runs", experimentId: "3", filter: "metrics.auc > 0.9", order: "metrics.auc DESC", columns: ["metrics.auc"], limit: 5 });
  expect(specs.map(({ kind, y }) => [kind, y])).toEqual([["bar", "metrics.auc"]]);
});

it("chooses columns where the view chose none", () => {
  expect(describeView(view(""), block, keys).table.columns).toContain("metrics.auc");
});
