/** Changes of many runs at once, each with a way back. */

import { callNative } from "../api/client";
import type { EditKeysResponse, KeyChange, MoveRunsResponse, RunsChanged, TagChange, TagRunsResponse } from "../api/schema";
import { refresh } from "../api/use-query";
import { plural } from "../lib/format";
import { say } from "../shell/toasts";

export type Undo = () => Promise<void>;

/** Archive runs. */
export function archiveRuns(runIds: readonly string[]): Promise<Undo | null> {
  return change("archived", async () => {
    const { run_ids: ids } = await callNative<RunsChanged>("runs/archive", { run_ids: runIds });
    return { count: ids.length, undo: ids.length > 0 ? () => restoreRuns(ids) : null };
  });
}

/** Take runs out of the archive. */
export function restoreRuns(runIds: readonly string[]): Promise<Undo | null> {
  return change("restored", async () => {
    const { run_ids: ids } = await callNative<RunsChanged>("runs/unarchive", { run_ids: runIds });
    return { count: ids.length, undo: ids.length > 0 ? () => archiveRuns(ids) : null };
  });
}

/** Change tags of runs. */
export function tagRuns(changes: readonly TagChange[], word = "tagged"): Promise<Undo | null> {
  return change(word, async () => {
    const { undo } = await callNative<TagRunsResponse>("runs/tag", { changes });
    const count = new Set(changes.flatMap(({ run_ids: ids }) => ids)).size;
    return { count, undo: undo.length > 0 ? () => tagRuns(undo, "changed back") : null };
  });
}

/** Move runs, with the children of each, to another experiment; `homes` says where each is now. */
export function moveRuns(runIds: readonly string[], experimentId: string, homes: ReadonlyMap<string, string>): Promise<Undo | null> {
  return change("moved", async () => {
    const count = await move(runIds, experimentId);
    const canGoBack = count > 0 && runIds.every((id) => homes.get(id));
    return { count, undo: canGoBack ? () => moveBack(runIds, experimentId, homes) : null };
  });
}

function moveBack(runIds: readonly string[], experimentId: string, homes: ReadonlyMap<string, string>): Promise<Undo | null> {
  return change("moved back", async () => {
    let count = 0;
    for (const home of new Set(runIds.map((id) => homes.get(id) ?? ""))) count += await move(runIds.filter((id) => homes.get(id) === home), home);
    return { count, undo: () => moveRuns(runIds, experimentId, homes) };
  });
}

async function move(runIds: readonly string[], experimentId: string): Promise<number> {
  const request = { run_ids: runIds, experiment_id: experimentId, children: true };
  return (await callNative<MoveRunsResponse>("runs/move", request)).run_ids.length;
}

/** What becomes of a key of runs: another name, or without one it goes. */
export interface KeyEdit {
  readonly kind: "metric" | "param";
  readonly key: string;
  readonly newKey: string;
}

/** Rename or delete a metric or param of runs; the points of a metric do not come back. */
export function editKeys(runIds: readonly string[], { kind, key, newKey }: KeyEdit): Promise<Undo | null> {
  const wanted = { run_ids: runIds, kind, key };
  return changeKeys([newKey ? { ...wanted, new_key: newKey } : wanted], newKey ? `have “${newKey}” now, not “${key}”` : `lost “${key}”`);
}

function changeKeys(changes: readonly KeyChange[], words: string): Promise<Undo | null> {
  return change(words, async () => {
    const { run_ids: ids, undo } = await callNative<EditKeysResponse>("runs/edit-keys", { changes });
    return { count: ids.length, undo: undo.length > 0 ? () => changeKeys(undo, "changed back") : null };
  }, true);
}

interface Done {
  readonly count: number;
  readonly undo: (() => Promise<Undo | null>) | null;
}

/** Do it, say so with a way back, and return that way; a failure is said too, or thrown for a dialog to show. */
async function change(word: string, work: () => Promise<Done>, throws = false): Promise<Undo | null> {
  try {
    const { count, undo } = await work();
    for (const key of ["runs", "keys", "groups", "overview"]) refresh(key);
    let isBack = false; // by the button of the message or by a key, not by both
    const back =
      undo &&
      (async () => {
        if (isBack) return;
        isBack = true;
        await undo();
      });
    say(`${plural(count, "run")} ${word}`, back && (() => void back()));
    return back;
  } catch (failure) {
    if (throws) throw failure;
    say(failure instanceof Error ? failure.message : String(failure));
    return null;
  }
}
