/** What the reader set in the workspace of runs, kept in the address. */

import { decodeList, encodeList, put, readChoice } from "../lib/codec";
import { type Looks, readLooks, writeLooks } from "./looks";

export const LAYOUTS = ["table", "split", "charts"] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface SortKey {
  readonly column: string;
  readonly isDescending: boolean;
}

export interface RunsView {
  readonly search: string;
  /** The columns in order; null means those chosen for the reader. */
  readonly columns: readonly string[] | null;
  readonly sort: readonly SortKey[];
  readonly layout: Layout;
  /** The ids of the selected runs, in order of selection, which gives them their colours. */
  readonly selected: readonly string[];
  readonly isArchive: boolean;
  /** The columns whose values runs are grouped by; `parent` for the parent run. */
  readonly group: readonly string[];
  /** What colours mean: empty for the run, `group`, or a column. */
  readonly color: string;
  /** Columns that stay in view beside the name. */
  readonly pinned: readonly string[];
  readonly looks: Looks;
  /** The run in the drawer, or empty. */
  readonly peek: string;
  /** The saved view that this began with, or empty. */
  readonly viewId: string;
}

/** Read the view from an address; what is absent or wrong is at its default. */
export function readRunsView(query: URLSearchParams): RunsView {
  const columns = query.get("cols");
  return {
    search: query.get("q") ?? "",
    columns: columns === null ? null : decodeList(columns),
    sort: decodeList(query.get("sort")).map(readSortKey),
    layout: readChoice(query.get("layout"), LAYOUTS),
    selected: decodeList(query.get("sel")),
    isArchive: query.get("state") === "archived",
    group: decodeList(query.get("group")),
    color: query.get("color") ?? "",
    pinned: decodeList(query.get("pin")),
    looks: readLooks(decodeList(query.get("look"))),
    peek: query.get("peek") ?? "",
    viewId: query.get("view") ?? "",
  };
}

/** Write the view into a copy of the parameters; defaults are left out, other parameters stay. */
export function writeRunsView(query: URLSearchParams, view: RunsView): URLSearchParams {
  const changed = new URLSearchParams(query);
  put(changed, "q", view.search);
  if (view.columns) changed.set("cols", encodeList(view.columns));
  else changed.delete("cols");
  put(changed, "sort", encodeList(view.sort.map(writeSortKey)));
  put(changed, "layout", view.layout, LAYOUTS[0]);
  put(changed, "sel", encodeList(view.selected));
  put(changed, "state", view.isArchive ? "archived" : "");
  put(changed, "group", encodeList(view.group));
  put(changed, "color", view.color);
  put(changed, "pin", encodeList(view.pinned));
  put(changed, "look", encodeList(writeLooks(view.looks)));
  put(changed, "peek", view.peek);
  put(changed, "view", view.viewId);
  return changed;
}

function readSortKey(text: string): SortKey {
  const [, column = text, direction = "asc"] = /^(.*?)(?: (asc|desc))?$/i.exec(text) ?? [];
  return { column, isDescending: direction.toLowerCase() === "desc" };
}

function writeSortKey({ column, isDescending }: SortKey): string {
  return isDescending ? `${column} desc` : column;
}

/** Sort by a column: a second time turns the order round, a third ends it. `add` keeps the columns before. */
export function toggleSort(sort: readonly SortKey[], column: string, startsDescending: boolean, add: boolean): SortKey[] {
  const known = sort.find((key) => key.column === column);
  const others = add ? sort.filter((key) => key.column !== column) : [];
  if (!known) return [...others, { column, isDescending: startsDescending }];
  if (known.isDescending !== startsDescending) return others;
  const turned = { column, isDescending: !startsDescending };
  return add ? sort.map((key) => (key.column === column ? turned : key)) : [turned];
}
