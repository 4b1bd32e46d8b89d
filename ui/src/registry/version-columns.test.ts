import { expect, test } from "vitest";
import type { ModelVersion, VersionRow } from "../api/schema";
import { keysOf, listChoices, makeColumns, standardColumns } from "./version-columns";

const version: ModelVersion = {
  name: "churn",
  version: "3",
  creation_timestamp: 0,
  last_updated_timestamp: 0,
  current_stage: "None",
  source: "",
  run_id: "",
  status: "READY",
  run_link: "",
};
const row: VersionRow = { version };

test("without a choice the server picks the metrics; stages and the status are shown where they tell something", () => {
  expect(keysOf(null)).toEqual({ metrics: null, params: [] });
  expect(standardColumns({ columns: ["auc"], has_stages: false }, [row]).slice(0, 3)).toEqual(["aliases", "metrics.auc", "run"]);
  const pending: VersionRow = { version: { ...version, status: "PENDING_REGISTRATION" } };
  expect(standardColumns({ columns: [], has_stages: true }, [pending]).slice(0, 4)).toEqual(["aliases", "stage", "status", "run"]);
});

test("chosen columns are asked for by their keys, and stand after the number", () => {
  const chosen = ["metrics.val/auc", "params.a.b", "created"];
  expect(keysOf(chosen)).toEqual({ metrics: ["val/auc"], params: ["a.b"] });
  expect(makeColumns(chosen).map(({ title }) => title)).toEqual(["Version", "val/auc", "a.b", "Created"]);
});

test("columns are found by a part of their name", () => {
  const groups = listChoices([{ name: "auc", versions: 1200 }], [{ name: "depth", versions: 1 }], "AU");
  expect(groups).toEqual([{ title: "Metrics", items: [{ id: "metrics.auc", name: "auc", note: "1,200" }] }]);
  expect(listChoices([], [], "").map(({ title }) => title)).toEqual(["Facts"]);
});
