/** What is known of experiments: their tags, main metric, and how much is in them. */

import { useMemo } from "preact/hooks";
import { callNative } from "../api/client";
import type { Experiment, ExperimentOverview, ListOverviewsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import type { MainMetric } from "../runs/columns";
import { DIRECTION_TAG, MAIN_METRIC_TAG } from "./tags";

export interface ExperimentFacts {
  readonly overview: ExperimentOverview;
  readonly experiment: Experiment;
  readonly tags: ReadonlyMap<string, string>;
  readonly main: MainMetric | null;
}

/** Put an overview into the form that pages use. */
export function describeExperiment(overview: ExperimentOverview): ExperimentFacts {
  const { experiment } = overview;
  const tags = new Map(experiment.tags?.map(({ key, value = "" }) => [key, value]));
  const key = tags.get(MAIN_METRIC_TAG);
  return { overview, experiment, tags, main: key ? { key, isLess: tags.get(DIRECTION_TAG) === "min" } : null };
}

/** Read experiments by their ids, in one request. */
export function useFacts(ids: readonly string[]): { readonly facts: ReadonlyMap<string, ExperimentFacts>; readonly error: Error | null } {
  const { data, error } = useQuery<ListOverviewsResponse>({
    key: ["overview", ids.join()],
    ask: (signal) => callNative("experiments/overview", { experiment_ids: ids }, signal),
  });
  const facts = useMemo(
    () => new Map(data?.experiments.map((overview) => [overview.experiment.experiment_id, describeExperiment(overview)])),
    [data],
  );
  return { facts, error };
}
