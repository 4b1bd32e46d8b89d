/** Experiments and models by their names. */

import { readMlflow, readNative } from "../api/client";
import type { FindResponse, GetExperimentResponse, Kind } from "../api/schema";

const MOST = 50;

/** Return names of experiments or models that a text may mean. */
export async function findNames(kind: Kind, text: string, signal: AbortSignal): Promise<readonly string[]> {
  const { experiments, models } = await readNative<FindResponse>("find", { text: text.slice(0, 200), limit: MOST }, signal);
  return (kind === "experiment" ? experiments : models).map(({ name }) => name);
}

/** Return what a grant calls the experiment or model of this name. */
export async function resolveName(kind: Kind, name: string): Promise<string> {
  if (kind !== "experiment") return name;
  return (await readMlflow<GetExperimentResponse>("experiments/get-by-name", { experiment_name: name })).experiment.experiment_id;
}
