import { callMlflow } from "../api/client";
import type { LoggedModel, ModelVersion, SearchLoggedModelsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { writeEqual } from "../query/tokens";
import { searchVersions } from "../registry/registry-api";
import type { RunDetails } from "./model";
import { listSources, type ModelSource } from "./model-sources";

const MOST = 50;

export interface RunModels {
  readonly logged: readonly LoggedModel[];
  readonly versions: readonly ModelVersion[];
  /** What can be registered. */
  readonly sources: readonly ModelSource[];
  /** Whether there are more versions than that. */
  readonly hasMore: boolean;
  readonly isKnown: boolean;
  readonly error: Error | null;
}

async function listModels({ runId, experimentId }: RunDetails, signal: AbortSignal) {
  const request = { experiment_ids: [experimentId], filter: writeEqual("source_run_id", runId), max_results: MOST };
  const [logged, versions] = await Promise.all([
    callMlflow<SearchLoggedModelsResponse>("logged-models/search", request, signal),
    searchVersions(writeEqual("run_id", runId), "creation_timestamp DESC", "", signal),
  ]);
  return { logged: logged.models ?? [], versions: versions.items, hasMore: versions.next !== "" };
}

/** The models that a run logged, and the versions they are registered as. */
export function useModels(run: RunDetails): RunModels {
  const { data, error } = useQuery({
    key: ["registry", "run", run.runId, run.status],
    ask: (signal) => listModels(run, signal),
  });
  const { logged = [], versions = [], hasMore = false } = data ?? {};
  return { logged, versions, hasMore, sources: listSources(run, logged), isKnown: data !== undefined, error };
}

/** How many models a run has, logged or registered. */
export const countModels = ({ logged, versions, sources }: RunModels): number => Math.max(sources.length, logged.length, versions.length);
