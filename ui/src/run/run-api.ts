/** The requests of the run page. */

import { callMlflow, readMlflow, readNative } from "../api/client";
import type { Alert, Family, Lineage, ListAlertsResponse, SearchExperimentsResponse } from "../api/schema";
import { readFields, readList } from "../lib/read";
import { readRun, type RunDetails } from "./model";

export async function getRun(runId: string, signal?: AbortSignal): Promise<RunDetails> {
  const answer = await readMlflow<unknown>("runs/get", { run_id: runId }, signal);
  return readRun(readFields(answer)["run"]);
}

/** Return the run's experiment, ancestors and descendants. */
export const getFamily = (runId: string, signal?: AbortSignal): Promise<Family> => readNative("runs/family", { run_id: runId }, signal);

/** Search the runs of an experiment, the newest first. */
export async function findRuns(experimentId: string, filter: string, most: number, signal?: AbortSignal): Promise<RunDetails[]> {
  const request = { experiment_ids: [experimentId], filter, max_results: most, order_by: ["attributes.start_time DESC"] };
  const answer = await callMlflow<unknown>("runs/search", request, signal);
  return readList(readFields(answer)["runs"]).map(readRun);
}

/** Search the runs of all experiments, archived ones among them, by the beginning of their ids. */
export async function findByPrefix(prefix: string, signal: AbortSignal): Promise<RunDetails[]> {
  const experiments = await callMlflow<SearchExperimentsResponse>("experiments/search", { view_type: "ALL", max_results: 1000 }, signal);
  const ids = (experiments.experiments ?? []).map(({ experiment_id: id }) => id);
  if (ids.length === 0) return [];
  const filter = `attributes.run_id LIKE '${prefix.replaceAll(/[^\w-]/g, "")}%'`;
  const answer = await callMlflow<unknown>("runs/search", { experiment_ids: ids, filter, run_view_type: "ALL", max_results: 10 }, signal);
  return readList(readFields(answer)["runs"]).map(readRun);
}

/** List what a run raised and what rules said of it, the newest first. */
export async function listAlerts(runId: string, signal: AbortSignal): Promise<readonly Alert[]> {
  return (await readNative<ListAlertsResponse>("alerts/list", { run_id: runId }, signal)).alerts ?? [];
}

export const getRunLineage = (runId: string, signal: AbortSignal): Promise<Lineage> => readNative("registry/lineage", { run_id: runId }, signal);

export const renameRun = (runId: string, name: string): Promise<unknown> =>
  callMlflow("runs/update", { run_id: runId, run_name: name });

export const setTag = (runId: string, key: string, value: string): Promise<unknown> =>
  callMlflow("runs/set-tag", { run_id: runId, key, value });

export const deleteTag = (runId: string, key: string): Promise<unknown> =>
  callMlflow("runs/delete-tag", { run_id: runId, key });

export const archiveRun = (runId: string): Promise<unknown> => callMlflow("runs/delete", { run_id: runId });
export const restoreRun = (runId: string): Promise<unknown> => callMlflow("runs/restore", { run_id: runId });
