/** The family of a run as a tree, from its eldest ancestor down. */

import type { Relative } from "../api/schema";
import type { RunDetails } from "./model";
import type { KnownFamily } from "./use-family";

export interface Branch {
  readonly relative: Relative;
  readonly children: readonly Branch[];
}

type Self = Pick<RunDetails, "runId" | "name" | "status" | "startTime" | "endTime" | "isArchived">;

/** Grow the tree: ancestors have one child each, the one that leads to the run; below it stand all its descendants. */
export function growTree(run: Self, { ancestors, descendants }: Pick<KnownFamily, "ancestors" | "descendants">): Branch {
  const byParent = new Map<string, Relative[]>();
  for (const one of descendants) {
    const siblings = byParent.get(one.parent_id ?? "");
    if (siblings) siblings.push(one);
    else byParent.set(one.parent_id ?? "", [one]);
  }
  const grow = (relative: Relative): Branch => ({ relative, children: (byParent.get(relative.run_id) ?? []).map(grow) });
  let branch = grow(relativeOf(run, ancestors[0]?.run_id ?? ""));
  for (const relative of ancestors) branch = { relative, children: [branch] };
  return branch;
}

function relativeOf({ runId, name, status, startTime, endTime, isArchived }: Self, parentId: string): Relative {
  const known = (["FAILED", "FINISHED", "KILLED", "RUNNING", "SCHEDULED"] as const).find((one) => one === status) ?? "RUNNING";
  return {
    run_id: runId,
    run_name: name,
    status: known,
    start_time: startTime,
    end_time: endTime,
    parent_id: parentId,
    is_archived: isArchived,
  };
}
