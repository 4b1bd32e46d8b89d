/** Runs in groups: which group a run is in, the rows of the table, and what a group is called. */

import type { QueryGroupsResponse } from "../api/schema";
import { describeColumn } from "./columns";
import type { Row, RunTable } from "./table";
import type { SortKey } from "./view-state";

export const PARENT = "parent";

export interface Grouping {
  readonly by: readonly string[];
  readonly answer: QueryGroupsResponse;
  /** The group of each run of the table, -1 for one whose group is not among those sent. */
  readonly ofRun: readonly number[];
}

/** Find the group of each run. */
export function groupRuns(table: RunTable, by: readonly string[], answer: QueryGroupsResponse): Grouping {
  const places = new Map(answer.groups.map(({ values }, place) => [JSON.stringify(values), place]));
  const ofRun = Array.from({ length: table.count }, (_, run) => {
    const values = by.map((key) => (key === PARENT ? table.answer.parents[run] || null : table.text(key, run)));
    return places.get(JSON.stringify(values)) ?? -1;
  });
  return { by, answer, ofRun };
}

/** Put groups in rows, each followed by its runs when it is expanded. */
export function arrangeGroups(grouping: Grouping, sort: readonly SortKey[], expanded: ReadonlySet<string>): Row[] {
  const members = new Map<number, number[]>();
  for (const [run, group] of grouping.ofRun.entries()) {
    const known = members.get(group);
    if (known) known.push(run);
    else members.set(group, [run]);
  }
  const rows: Row[] = [];
  for (const group of sortGroups(grouping, sort)) {
    const isExpanded = expanded.has(groupId(grouping, group));
    rows.push({ run: -1, group, level: 1, isExpanded });
    if (isExpanded) for (const run of members.get(group) ?? []) rows.push({ run, group, level: 2, isExpanded: null });
  }
  return rows;
}

/** Return what a group is remembered by. */
export function groupId({ by, answer }: Grouping, group: number): string {
  return JSON.stringify([by, answer.groups[group]?.values]);
}

/** Return what a group is called: `model = xgb, depth = 3`. */
export function nameGroup({ by, answer }: Grouping, group: number, nameOf: (key: string, value: string) => string): string {
  const values = answer.groups[group]?.values ?? [];
  return by.map((key, place) => `${titleOf(key)} = ${nameValue(key, values[place] ?? null, nameOf)}`).join(" · ");
}

/** Return the title of what runs are grouped by. */
export function titleOf(key: string): string {
  return key === PARENT ? "parent" : describeColumn(key).title.toLowerCase();
}

function nameValue(key: string, value: string | null, nameOf: (key: string, value: string) => string): string {
  return value === null ? "none" : nameOf(key, value);
}

/** Order the groups as the runs are: by the mean of a column, or by the values they share; otherwise as they came. */
function sortGroups({ by, answer }: Grouping, sort: readonly SortKey[]): number[] {
  const places = answer.groups.map((_, place) => place);
  const keys = sort.map(({ column, isDescending }) => {
    const means = answer.columns.find(({ name }) => name === column)?.mean;
    const part = by.indexOf(column);
    return { isDescending, valueOf: (place: number) => (means ? (means[place] ?? null) : (answer.groups[place]?.values[part] ?? null)) };
  });
  return places.sort((a, b) => {
    for (const { isDescending, valueOf } of keys) {
      const order = compare(valueOf(a), valueOf(b), isDescending);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

type Value = number | string | null;

function compare(a: Value, b: Value, isDescending: boolean): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return (a < b ? -1 : 1) * (isDescending ? -1 : 1);
}
