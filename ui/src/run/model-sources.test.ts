import { expect, test } from "vitest";
import type { LoggedModel } from "../api/schema";
import { HISTORY_TAG, listSources } from "./model-sources";

const logged = (id: string, status: LoggedModel["info"]["status"]): LoggedModel => ({
  info: {
    model_id: id,
    experiment_id: "1",
    name: "forest",
    creation_timestamp_ms: 0,
    last_updated_timestamp_ms: 0,
    artifact_uri: "",
    status,
  },
  data: {},
});

test("logged models that are complete can be registered, and the folders that the run's tag names, each once", () => {
  const history = JSON.stringify([{ artifact_path: "model" }, { artifact_path: "model" }, { run_id: "ab" }]);
  const run = { runId: "ab", tags: new Map([[HISTORY_TAG, history]]) };

  const sources = listSources(run, [logged("m-1", "LOGGED_MODEL_READY"), logged("m-2", "LOGGED_MODEL_PENDING")]);

  expect(sources.map(({ uri, modelId }) => [uri, modelId])).toEqual([
    ["models:/m-1", "m-1"],
    ["runs:/ab/model", ""],
  ]);
});

test("a tag that is no JSON names nothing", () => {
  expect(listSources({ runId: "ab", tags: new Map([[HISTORY_TAG, "{"]]) }, [])).toEqual([]);
});
