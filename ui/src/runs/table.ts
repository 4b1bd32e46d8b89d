/** The runs of one answer as a table: values by column, the tree of parents, and what is best. */

import type { QueryRunsResponse, RunColumn } from "../api/schema";
import { isLessBetter } from "./columns";

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly best: number;
}

/** One row in view: which run, how deep in the tree, and whether its children show (null: it has none). */
export interface Row {
  readonly run: number;
  readonly level: number;
  readonly isExpanded: boolean | null;
}

export class RunTable {
  readonly answer: QueryRunsResponse;
  readonly #columns: ReadonlyMap<string, RunColumn>;
  readonly #ranges = new Map<string, NumberRange | null>();

  constructor(answer: QueryRunsResponse) {
    this.answer = answer;
    this.#columns = new Map(answer.columns.map((column) => [column.name, column]));
  }

  get count(): number {
    return this.answer.run_ids.length;
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

  /** Return the range of a column's finite numbers and the best of them; null when there is nothing to compare. */
  range(column: string): NumberRange | null {
    const known = this.#ranges.get(column);
    if (known !== undefined) return known;
    const range = findRange(this.#columns.get(column)?.numbers ?? [], isLessBetter(column));
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
export function arrangeRows(answer: QueryRunsResponse, isTree: boolean, expanded: ReadonlySet<string>): Row[] {
  const { run_ids: ids, parents } = answer;
  if (!isTree || !parents.some((parent) => parent !== "")) {
    return ids.map((_, run) => ({ run, level: 1, isExpanded: null }));
  }
  const known = new Set(ids);
  const children = new Map<string, number[]>();
  for (const [run, parent] of parents.entries()) {
    const key = known.has(parent) && parent !== ids[run] ? parent : "";
    const siblings = children.get(key);
    if (siblings) siblings.push(run);
    else children.set(key, [run]);
  }
  const rows: Row[] = [];
  const visit = (parent: string, level: number): void => {
    for (const run of children.get(parent) ?? []) {
      const id = ids[run] ?? "";
      const isOpen = children.has(id) ? expanded.has(id) : null;
      rows.push({ run, level, isExpanded: isOpen });
      if (isOpen) visit(id, level + 1);
    }
  };
  visit("", 1);
  return rows;
}
