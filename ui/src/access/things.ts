/** Experiments and models to choose from. */

import { callNative } from "../api/client";
import type { Kind, ListOverviews, ListOverviewsResponse } from "../api/schema";
import { searchModels } from "../registry/registry-api";

const LIMIT = 10_000;

/** Something to grant on: `id` is what the grant says. */
export interface Choice {
  readonly id: string;
  readonly name: string;
}

/** Return all experiments or models, by name. */
export async function findThings(kind: Kind, signal: AbortSignal): Promise<readonly Choice[]> {
  const found = kind === "experiment" ? await findExperiments(signal) : await findModels(signal);
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

async function findExperiments(signal: AbortSignal): Promise<Choice[]> {
  const request: ListOverviews = { limit: LIMIT, filter: "" };
  const { experiments } = await callNative<ListOverviewsResponse>("experiments/overview", request, signal);
  return experiments.map(({ experiment: { experiment_id: id, name } }) => ({ id, name }));
}

async function findModels(signal: AbortSignal): Promise<Choice[]> {
  const { items } = await searchModels("", "name ASC", "", signal);
  return items.map(({ name }) => ({ id: name, name }));
}
