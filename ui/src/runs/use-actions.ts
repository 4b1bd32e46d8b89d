/** What changes runs; each change that can be undone is a step. */

import { STAR_TAG } from "../experiments/tags";
import { COLOR_TAG } from "../lib/run-colors";
import { archiveRuns, editKeys, type KeyEdit, moveRuns, restoreRuns, tagRuns, type Undo } from "./bulk";
import type { RunsData } from "./use-runs";
import type { Workspace } from "./use-workspace";

export interface Actions {
  readonly archive: (runIds: readonly string[]) => void;
  readonly star: (runId: string, isStarred: boolean) => void;
  /** Give runs a colour, for everybody; without one they get theirs by their order again. */
  readonly paint: (runIds: readonly string[], color?: string) => void;
  /** Change the selected runs. */
  readonly tag: (key: string, value: string | null) => Promise<void>;
  readonly move: (experimentId: string) => Promise<void>;
  readonly editKey: (runIds: readonly string[], edit: KeyEdit) => Promise<void>;
}

/** Return the changes that can be made in a workspace. */
export function useActions({ view, change, noteStep }: Workspace, data: RunsData): Actions {
  const run = async (work: () => Promise<Undo | null>, ifNothing?: () => void) => {
    let back = await work();
    if (!back) {
      ifNothing?.();
      return;
    }
    const again = async () => {
      back = await work();
    };
    noteStep({ undo: () => void back?.(), redo: () => void again() });
  };
  return {
    archive: (runIds) => {
      const gone = new Set(runIds);
      change({ selected: view.selected.filter((id) => !gone.has(id)) });
      void run(() => (view.isArchive ? restoreRuns(runIds) : archiveRuns(runIds)), () => change({ selected: view.selected }));
    },
    star: (runId, isStarred) => {
      const wanted = { run_ids: [runId], key: STAR_TAG };
      void run(() => (isStarred ? tagRuns([{ ...wanted, value: "true" }], "starred") : tagRuns([wanted], "no longer starred")));
    },
    paint: (runIds, color) => {
      const wanted = { run_ids: runIds, key: COLOR_TAG };
      void run(() => (color ? tagRuns([{ ...wanted, value: color }], "coloured") : tagRuns([wanted], "coloured by order again")));
    },
    tag: (key, value) => run(() => tagRuns([value === null ? { run_ids: view.selected, key } : { run_ids: view.selected, key, value }])),
    move: (experimentId) => {
      const homes = findHomes(data);
      const moving = view.selected;
      change({ selected: [] });
      return run(() => moveRuns(moving, experimentId, homes), () => change({ selected: moving }));
    },
    editKey: (runIds, edit) => run(() => editKeys(runIds, edit)),
  };
}

/** Return the experiment of each run, as far as it is known. */
function findHomes({ table, experimentIds }: RunsData): ReadonlyMap<string, string> {
  const [only = ""] = experimentIds;
  const isOne = experimentIds.length === 1;
  const ids = table?.answer.run_ids ?? [];
  return new Map(ids.map((id, run) => [id, isOne ? only : (table?.text("attributes.experiment_id", run) ?? "")]));
}
