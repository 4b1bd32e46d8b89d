/** The runs of one answer as a table: values by column, the tree of parents, and what is best. */

import type { QueryRunsResponse, RunColumn } from "../api/schema";
import { isLess, type MainMetric } from "./columns";

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly best: number;
}

/** So many runs are drawn while none is selected. */
export const UNSELECTED = 10;

/** One row in view: a run or a group, how deep in the tree, and whether its children show (null: it has none). */
export interface Row {
  /** The run, -1 for a group. */
  readonly run: number;
  /** The group that the row stands for, or that its run is in; -1 without groups. */
  readonly group: number;
  readonly level: number;
  readonly isExpanded: boolean | null;
}

export class RunTable {
  readonly answer: QueryRunsResponse;
  /** How many of the runs match the filter; those after them are only their ancestors. */
  readonly own: number;
  readonly #main: MainMetric | null;
  readonly #columns: ReadonlyMap<string, RunColumn>;
  readonly #ranges = new Map<string, NumberRange | null>();

  constructor(answer: QueryRunsResponse, main: MainMetric | null = null) {
    this.answer = answer;
    this.own = answer.run_ids.length - (answer.ancestors ?? 0);
    this.#main = main;
    this.#columns = new Map(answer.columns.map((column) => [column.name, column]));
  }

  /** The number of runs that match. */
  get count(): number {
    return this.own;
  }

  id(run: number): string {
    return this.answer.run_ids[run] ?? "";
  }

  name(run: number): string {
    return this.answer.run_names[run] || this.id(run).slice(0, 8);
  }

  /** Return a number, or null if the run has none; NaN is a number. */
  number(column: string, run: number): number | null {
    const value = this.#columns.get(column)?.numbers?.[run];
    return value === undefined || value === null ? null : Number(value);
  }

  /** Return a text, or null if the run has none. */
  text(column: string, run: number): string | null {
    const known = this.#columns.get(column);
    const index = known?.index?.[run] ?? -1;
    return index < 0 ? null : (known?.values?.[index] ?? null);
  }

  /** Return whether less of a metric's column is better. */
  isLess(column: string): boolean {
    return isLess(column, this.#main);
  }

  /** Return the range of a column's finite numbers and the best of them; null when there is nothing to compare. */
  range(column: string): NumberRange | null {
    const known = this.#ranges.get(column);
    if (known !== undefined) return known;
    const range = findRange(this.#columns.get(column)?.numbers ?? [], this.isLess(column));
    this.#ranges.set(column, range);
    return range;
  }
}

function findRange(values: readonly (number | string | null)[], isLess: boolean): NumberRange | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number") continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min < max ? { min, max, best: isLess ? min : max } : null;
}

/** Put the runs in rows: as they come, or each parent followed by its children when it is expanded. */
export function arrangeRows(table: RunTable, isTree: boolean, expanded: ReadonlySet<string>): Row[] {
  const { run_ids: all, parents: allParents } = table.answer;
  const ids = isTree ? all : all.slice(0, table.own);
  if (!isTree || !allParents.some((parent) => parent !== "")) {
    return ids.map((_, run) => ({ run, group: -1, level: 1, isExpanded: null }));
  }
  const known = new Set(ids);
  const children = new Map<string, number[]>();
  for (const [run, parent] of allParents.entries()) {
    const key = known.has(parent) && parent !== ids[run] ? parent : "";
    const siblings = children.get(key);
    if (siblings) siblings.push(run);
    else children.set(key, [run]);
  }
  const rows: Row[] = [];
  const visit = (parent: string, level: number): void => {
    for (const run of children.get(parent) ?? []) {
      const id = ids[run] ?? "";
      // An ancestor is there for the sake of what is below it.
      const isOpen = children.has(id) ? expanded.has(id) !== run >= table.own : null;
      rows.push({ run, group: -1, level, isExpanded: isOpen });
      if (isOpen) visit(id, level + 1);
    }
  };
  visit("", 1);
  return rows;
}
