/** What people set of an experiment. */

import { callMlflow, readMlflow } from "../api/client";
import type { GetExperimentResponse } from "../api/schema";
import { refresh } from "../api/use-query";
import type { MainMetric } from "../runs/columns";
import { DIRECTION_TAG, MAIN_METRIC_TAG } from "./tags";

/** Set a tag of an experiment. */
export async function setExperimentTag(experimentId: string, key: string, value: string): Promise<void> {
  await callMlflow("experiments/set-experiment-tag", { experiment_id: experimentId, key, value });
  refresh("overview");
  refresh("experiments");
}

/** Return the value that a tag has now, or an empty text. */
export async function readExperimentTag(experimentId: string, key: string): Promise<string> {
  const { experiment } = await readMlflow<GetExperimentResponse>("experiments/get", { experiment_id: experimentId });
  return experiment.tags?.find((tag) => tag.key === key)?.value ?? "";
}

/** Take a tag from an experiment. */
export async function deleteExperimentTag(experimentId: string, key: string): Promise<void> {
  await callMlflow("experiments/delete-experiment-tag", { experiment_id: experimentId, key });
  refresh("overview");
  refresh("experiments");
}

/** Say which metric decides which run is best. */
export async function setMainMetric(experimentId: string, { key, isLess }: MainMetric): Promise<void> {
  await setExperimentTag(experimentId, MAIN_METRIC_TAG, key);
  await setExperimentTag(experimentId, DIRECTION_TAG, isLess ? "min" : "max");
}
