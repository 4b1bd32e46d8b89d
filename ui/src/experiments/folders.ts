/** Experiments as a tree: a slash in a name makes a folder. */

import type { ExperimentFacts } from "./use-facts";

/** A row of the list: an experiment, or a folder with what is in it. */
export interface ExperimentRow {
  /** The folder's path with its slash, or the experiment's id. */
  readonly id: string;
  readonly name: string;
  readonly level: number;
  readonly isExpanded: boolean | null;
  /** Absent for a folder. */
  readonly facts: ExperimentFacts | null;
  readonly runs: number;
  readonly running: number;
  readonly lastActivity: number;
}

interface Folder {
  readonly path: string;
  readonly name: string;
  readonly items: (Folder | ExperimentFacts)[];
}

/**
 * Put experiments in rows in the order they come in; a folder stands where the first of its experiments would, and
 * those that are collapsed hide what is in them. `isFlat` leaves the names whole.
 */
export function arrangeExperiments(experiments: readonly ExperimentFacts[], collapsed: ReadonlySet<string>, isFlat: boolean): ExperimentRow[] {
  if (isFlat) return experiments.map((facts) => rowOf(facts, facts.experiment.name, 1));
  const root: Folder = { path: "", name: "", items: [] };
  const folders = new Map<string, Folder>([["", root]]);
  for (const facts of experiments) folderOf(facts.experiment.name, folders).items.push(facts);
  const rows: ExperimentRow[] = [];
  for (const item of root.items) addRows(item, 1, collapsed, rows);
  return rows;
}

function folderOf(name: string, folders: Map<string, Folder>): Folder {
  const parts = name.split("/").slice(0, -1);
  let path = "";
  let parent = folders.get("");
  for (const part of parts) {
    path += `${part}/`;
    let folder = folders.get(path);
    if (!folder) {
      folder = { path, name: part, items: [] };
      folders.set(path, folder);
      parent?.items.push(folder);
    }
    parent = folder;
  }
  return parent ?? { path: "", name: "", items: [] };
}

function addRows(item: Folder | ExperimentFacts, level: number, collapsed: ReadonlySet<string>, rows: ExperimentRow[]): void {
  if ("experiment" in item) {
    const { name } = item.experiment;
    rows.push(rowOf(item, name.slice(name.lastIndexOf("/") + 1) || name, level));
    return;
  }
  const isExpanded = !collapsed.has(item.path);
  const all = listAll(item);
  rows.push({
    id: item.path,
    name: `${item.name}/`,
    level,
    isExpanded,
    facts: null,
    runs: all.reduce((sum, { overview }) => sum + overview.runs, 0),
    running: all.reduce((sum, { overview }) => sum + overview.running, 0),
    lastActivity: all.reduce((latest, { overview }) => Math.max(latest, overview.last_activity), 0),
  });
  if (isExpanded) for (const child of item.items) addRows(child, level + 1, collapsed, rows);
}

function listAll(folder: Folder): ExperimentFacts[] {
  return folder.items.flatMap((item) => ("experiment" in item ? [item] : listAll(item)));
}

function rowOf(facts: ExperimentFacts, name: string, level: number): ExperimentRow {
  const { runs, running, last_activity: lastActivity } = facts.overview;
  return { id: facts.experiment.experiment_id, name, level, isExpanded: null, facts, runs, running, lastActivity };
}
