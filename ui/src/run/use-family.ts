import type { Family, Relative } from "../api/schema";
import { useQuery } from "../api/use-query";
import type { RunDetails } from "./model";
import { PARENT_TAG } from "./model";
import { getFamily } from "./run-api";

export interface KnownFamily {
  readonly experiment: string;
  readonly isExperimentArchived: boolean;
  /** From the parent up. */
  readonly ancestors: readonly Relative[];
  readonly descendants: readonly Relative[];
  readonly truncated: boolean;
  readonly isKnown: boolean;
}

const NOBODY: KnownFamily = { experiment: "", isExperimentArchived: false, ancestors: [], descendants: [], truncated: false, isKnown: false };

function readFamily(family: Family | undefined): KnownFamily {
  if (!family) return NOBODY;
  return {
    experiment: family.experiment_name,
    isExperimentArchived: family.is_experiment_archived ?? false,
    ancestors: family.ancestors ?? [],
    descendants: family.descendants ?? [],
    truncated: family.truncated ?? false,
    isKnown: true,
  };
}

/** Read the names around a run; what cannot be read is left out, for the run itself is what matters here. */
export function useFamily(run: RunDetails): KnownFamily {
  const parentId = run.tags.get(PARENT_TAG) ?? "";
  const { data } = useQuery({ key: ["family", run.runId, parentId, run.status], ask: (signal) => getFamily(run.runId, signal) });
  return readFamily(data);
}

/** List the runs whose parent is `runId`. */
export const childrenOf = ({ descendants }: KnownFamily, runId: string): readonly Relative[] =>
  descendants.filter((one) => one.parent_id === runId);
