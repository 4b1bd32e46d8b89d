/** The requests of the reports' pages. */

import { callMlflow, callNative, readMlflow, readNative } from "../api/client";
import type {
  FindFilesResponse,
  GetExperimentResponse,
  ListKeysResponse,
  ListViewsResponse,
  ListViewVersionsResponse,
  QueryRunsResponse,
  SearchExperimentsResponse,
  View,
  ViewInfo,
  ViewResponse,
  ViewVersion,
} from "../api/schema";
import { refresh } from "../api/use-query";
import { SHARED } from "../runs/use-views";
import { KIND, writeBlocks, type Block } from "./report";

const PICTURE = /\.(png|jpe?g|gif|webp|svg|bmp)$/i;
/** So many experiments are listed to choose from. */
export const MAX_EXPERIMENTS = 1000;

/** List all reports, what was changed last first. */
export async function listReports(signal: AbortSignal): Promise<readonly ViewInfo[]> {
  const { views } = await readNative<ListViewsResponse>("views/list", { kind: KIND }, signal);
  return [...views].sort((a, b) => b.last_update_time - a.last_update_time);
}

/** Read a report; version 0 is the newest. */
export async function readReport(reportId: string, version: number, signal?: AbortSignal): Promise<View> {
  return (await readNative<ViewResponse>("views/get", { view_id: reportId, version }, signal)).view;
}

/** Who saved the versions of a report when, the newest first. */
export async function listVersions(reportId: string, signal: AbortSignal): Promise<readonly ViewVersion[]> {
  return (await readNative<ListViewVersionsResponse>("views/versions", { view_id: reportId }, signal)).versions;
}

export async function createReport(name: string, blocks: readonly Block[]): Promise<View> {
  const { view } = await callNative<ViewResponse>("views/create", { name, kind: KIND, state: writeBlocks(blocks) });
  refresh("reports");
  return view;
}

/** Save a new version over `version`, which must be the newest. */
export async function saveReport(reportId: string, version: number, name: string, blocks: readonly Block[]): Promise<View> {
  const { view } = await callNative<ViewResponse>("views/update", { view_id: reportId, version, name, state: writeBlocks(blocks) });
  refresh("reports");
  refresh("report", reportId);
  return view;
}

export async function deleteReport(reportId: string): Promise<void> {
  await callNative("views/delete", { view_id: reportId });
  refresh("reports");
}

export async function listExperiments(signal: AbortSignal): Promise<readonly (readonly [string, string])[]> {
  const answer = await callMlflow<SearchExperimentsResponse>("experiments/search", { max_results: MAX_EXPERIMENTS, order_by: ["name ASC"] }, signal);
  return (answer.experiments ?? []).map(({ experiment_id: id, name }) => [id, name] as const);
}

export async function readExperimentName(experimentId: string, signal: AbortSignal): Promise<string> {
  return (await readMlflow<GetExperimentResponse>("experiments/get", { experiment_id: experimentId }, signal)).experiment.name;
}

/** The metrics, params and tags of an experiment. */
export const listKeys = (experimentId: string, signal?: AbortSignal): Promise<ListKeysResponse> =>
  callNative("keys/list", { experiment_ids: [experimentId] }, signal);

/** List the saved views of the runs of an experiment. */
export async function listRunViews(experimentId: string, signal: AbortSignal): Promise<readonly ViewInfo[]> {
  const { views } = await readNative<ListViewsResponse>("views/list", { experiment_id: experimentId }, signal);
  return views.filter(({ name }) => !name.startsWith(SHARED));
}

export async function readSavedView(viewId: string, signal: AbortSignal): Promise<View> {
  return (await readNative<ViewResponse>("views/get", { view_id: viewId }, signal)).view;
}

/** The paths of a run's pictures. */
export async function listPictures(runId: string, signal: AbortSignal): Promise<readonly string[]> {
  const { files } = await callNative<FindFilesResponse>("runs/files", { run_ids: [runId] }, signal);
  return files.map(({ path }) => path).filter((path) => PICTURE.test(path));
}

export interface RunsQuestion {
  readonly experimentId: string;
  readonly filter: string;
  readonly order: string;
  readonly columns: readonly string[];
  readonly limit: number;
}

export const queryRuns = ({ experimentId, filter, order, columns, limit }: RunsQuestion, signal: AbortSignal): Promise<QueryRunsResponse> =>
  callNative(
    "runs/query",
    { experiment_ids: [experimentId], filter, order_by: [order || "attributes.start_time DESC"], columns, limit },
    signal,
  );
