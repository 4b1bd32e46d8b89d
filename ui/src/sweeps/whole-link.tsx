import { hrefOf } from "../lib/location";
import type { RunDetails } from "../run/model";

/** Links from a run to the page of the sweep or workflow that it is, or is a part of. */
export function WholeLink({ run, parent }: { readonly run: RunDetails; readonly parent: string | undefined }) {
  const found = findWhole(run.tags, run.runId, parent);
  if (!found) return null;
  return (
    <span>
      {found.label} <a href={hrefOf(found.page)}>{found.text}</a>
    </span>
  );
}

/** Return what a run's tags say it belongs to. */
export function findWhole(
  tags: ReadonlyMap<string, string>,
  runId: string,
  parent: string | undefined,
): { readonly label: string; readonly text: string; readonly page: string } | null {
  if (tags.has("headwater.sweep")) return { label: "Sweep", text: "trials", page: `/sweeps/${runId}` };
  if (tags.has("headwater.workflow")) return { label: "Workflow", text: "steps", page: `/workflows/${runId}` };
  const trial = tags.get("headwater.sweep.trial");
  if (trial !== undefined && parent) return { label: "Trial", text: `${trial} of a sweep`, page: `/sweeps/${parent}` };
  const step = tags.get("headwater.workflow.step");
  if (step !== undefined && parent) return { label: "Step", text: `${step} of a workflow`, page: `/workflows/${parent}` };
  return null;
}
