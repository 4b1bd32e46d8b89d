/** The experiments of the server, and what can be done with them. */

import { callMlflow } from "../api/client";
import type { CreateExperimentResponse, Experiment, SearchExperiments, SearchExperimentsResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { toFilter } from "../query/tokens";
import { say } from "../shell/toasts";

const PAGE = 1000;
export const DESCRIPTION_TAG = "mlflow.note.content";

export interface ExperimentsQuery {
  readonly search: string;
  readonly isArchive: boolean;
  readonly order: string;
}

/** Read the experiments that match. */
export function useExperiments({ search, isArchive, order }: ExperimentsQuery) {
  const request: SearchExperiments = {
    max_results: PAGE,
    filter: toFilter(search, "attribute.name"),
    order_by: [order],
    ...(isArchive ? { view_type: "DELETED_ONLY" } : {}),
  };
  return useQuery<SearchExperimentsResponse>({
    key: ["experiments", request],
    ask: (signal) => callMlflow("experiments/search", request, signal),
  });
}

/** Create an experiment and return its id. */
export async function createExperiment(name: string, description: string): Promise<string> {
  const tags = description ? [{ key: DESCRIPTION_TAG, value: description }] : [];
  const { experiment_id: id } = await callMlflow<CreateExperimentResponse>("experiments/create", { name, tags });
  refresh("experiments");
  return id;
}

/** Give an experiment another name. */
export async function renameExperiment(experimentId: string, name: string): Promise<void> {
  await callMlflow("experiments/update", { experiment_id: experimentId, new_name: name });
  refresh("experiments");
  refresh("experiment", experimentId);
}

/** Move an experiment to the archive (`delete`) or back, and offer to undo it. */
export async function moveExperiment(verb: "delete" | "restore", { experiment_id: id, name }: Pick<Experiment, "experiment_id" | "name">): Promise<void> {
  try {
    await callMlflow(`experiments/${verb}`, { experiment_id: id });
    const opposite = verb === "delete" ? "restore" : "delete";
    say(`“${name}” ${verb === "delete" ? "archived" : "restored"}`, () => {
      void moveExperiment(opposite, { experiment_id: id, name });
    });
  } catch (failure) {
    say(failure instanceof Error ? failure.message : String(failure));
  }
  refresh("experiments");
}

