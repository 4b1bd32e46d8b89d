/** The experiments of the server, and what can be done with them. */

import { useMemo } from "preact/hooks";
import { refreshRights } from "../access/session";
import { callMlflow, callNative } from "../api/client";
import type { CreateExperimentResponse, Experiment, ListOverviews, ListOverviewsResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { plural } from "../lib/format";
import { quoteKey, toFilter, writeEqual } from "../query/tokens";
import type { MainMetric } from "../runs/columns";
import { say } from "../shell/toasts";
import { DESCRIPTION_TAG, DIRECTION_TAG, MAIN_METRIC_TAG } from "./tags";
import { describeExperiment, type ExperimentFacts } from "./use-facts";

const LIMIT = 10_000;

export interface ExperimentList {
  readonly experiments: readonly ExperimentFacts[] | null;
  /** Whether there are more than were read. */
  readonly isCut: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** Join a search and tags such as `team: vision` to one filter. */
export function readTagFilter(filter: string, tags: readonly string[]): string {
  const conditions = tags.map((tag) => {
    const colon = tag.indexOf(": ");
    return writeEqual(quoteKey(`tags.${tag.slice(0, colon)}`), tag.slice(colon + 2));
  });
  return [...(filter ? [tags.length > 0 ? `(${filter})` : filter] : []), ...conditions].join(" AND ");
}

/** Read the experiments that match and have all of the tags, with what goes on in them. */
export function useExperiments(search: string, tags: readonly string[], isArchive: boolean): ExperimentList {
  const request: ListOverviews = {
    limit: LIMIT,
    filter: readTagFilter(toFilter(search, "attribute.name"), tags),
    ...(isArchive ? { view_type: "DELETED_ONLY" } : {}),
  };
  const { data, error, refetch } = useQuery<ListOverviewsResponse>({
    key: ["overview", "list", request],
    ask: (signal) => callNative("experiments/overview", request, signal),
  });
  const experiments = useMemo(() => data?.experiments.map(describeExperiment) ?? null, [data]);
  return { experiments, isCut: data?.more ?? false, error, retry: () => void refetch() };
}

export interface NewExperiment {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly main: MainMetric | null;
}

/** Create an experiment and return its id. */
export async function createExperiment({ name, description, tags, main }: NewExperiment): Promise<string> {
  const all = [
    ...tags,
    ...(description ? [{ key: DESCRIPTION_TAG, value: description }] : []),
    ...(main ? [{ key: MAIN_METRIC_TAG, value: main.key }, { key: DIRECTION_TAG, value: main.isLess ? "min" : "max" }] : []),
  ];
  const { experiment_id: id } = await callMlflow<CreateExperimentResponse>("experiments/create", { name, tags: all });
  await refreshRights();
  refreshExperiments();
  return id;
}

/** Give an experiment another name. */
export async function renameExperiment(experimentId: string, name: string): Promise<void> {
  await callMlflow("experiments/update", { experiment_id: experimentId, new_name: name });
  refreshExperiments();
}

type Named = Pick<Experiment, "experiment_id" | "name">;

/** Move experiments to the archive (`delete`) or back, and offer to undo it. */
export async function moveExperiments(verb: "delete" | "restore", experiments: readonly Named[]): Promise<void> {
  const moved: Named[] = [];
  let problem = "";
  for (const experiment of experiments) {
    try {
      await callMlflow(`experiments/${verb}`, { experiment_id: experiment.experiment_id });
      moved.push(experiment);
    } catch (failure) {
      problem ||= failure instanceof Error ? failure.message : String(failure);
    }
  }
  const [first] = moved;
  if (problem) say(problem);
  if (first) {
    const what = moved.length === 1 ? `“${first.name}”` : plural(moved.length, "experiment");
    say(`${what} ${verb === "delete" ? "archived" : "restored"}`, () => void moveExperiments(verb === "delete" ? "restore" : "delete", moved));
  }
  refreshExperiments();
}

function refreshExperiments(): void {
  refresh("overview");
  refresh("experiments");
}
