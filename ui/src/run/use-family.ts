import { useEffect, useState } from "preact/hooks";
import type { RunDetails } from "./model";
import { getExperimentName, getRun, listChildren } from "./run-api";

export interface Family {
  readonly experiment: string;
  readonly parent: RunDetails | null;
  readonly children: readonly RunDetails[];
}

/** Read the names around a run; what cannot be read is left out, for the run itself is what matters here. */
export function useFamily(run: RunDetails): Family {
  const [family, setFamily] = useState<Family>({ experiment: "", parent: null, children: [] });
  const parentId = run.tags.get("mlflow.parentRunId");
  useEffect(() => {
    let isCurrent = true;
    const work = [getExperimentName(run.experimentId), parentId ? getRun(parentId) : null, listChildren(run)] as const;
    void Promise.allSettled(work).then(([experiment, parent, children]) => {
      if (!isCurrent) return;
      setFamily({
        experiment: experiment.status === "fulfilled" ? experiment.value : "",
        parent: parent.status === "fulfilled" ? parent.value : null,
        children: children.status === "fulfilled" ? children.value : [],
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [run.runId, run.experimentId, parentId]);
  return family;
}
