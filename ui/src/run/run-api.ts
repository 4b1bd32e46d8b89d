/** The requests of the run page. */

import { callMlflow, readMlflow } from "../api/client";
import { readFields, readList, readText } from "../lib/read";
import { readRun, type RunDetails } from "./model";

export async function getRun(runId: string, signal?: AbortSignal): Promise<RunDetails> {
  const answer = await readMlflow<unknown>("runs/get", { run_id: runId }, signal);
  return readRun(readFields(answer)["run"]);
}

export async function getExperimentName(experimentId: string): Promise<string> {
  const answer = await readMlflow<unknown>("experiments/get", { experiment_id: experimentId });
  return readText(readFields(readFields(answer)["experiment"])["name"]);
}

/** List the runs whose parent is `run`, at most 100. */
export async function listChildren(run: RunDetails): Promise<RunDetails[]> {
  const answer = await callMlflow<unknown>("runs/search", {
    experiment_ids: [run.experimentId],
    filter: `tags.\`mlflow.parentRunId\` = '${run.runId}'`,
    max_results: 100,
  });
  return readList(readFields(answer)["runs"]).map(readRun);
}

export const renameRun = (runId: string, name: string): Promise<unknown> =>
  callMlflow("runs/update", { run_id: runId, run_name: name });

export const setTag = (runId: string, key: string, value: string): Promise<unknown> =>
  callMlflow("runs/set-tag", { run_id: runId, key, value });

export const deleteTag = (runId: string, key: string): Promise<unknown> =>
  callMlflow("runs/delete-tag", { run_id: runId, key });

export const archiveRun = (runId: string): Promise<unknown> => callMlflow("runs/delete", { run_id: runId });
export const restoreRun = (runId: string): Promise<unknown> => callMlflow("runs/restore", { run_id: runId });
