/** What a report shows of a saved view of runs. */

import type { KeySummary, View } from "../api/schema";
import { readText } from "../lib/read";
import { type PlotSpec, readSpecs } from "../plots/spec";
import { toFilter } from "../query/tokens";
import { chooseColumns } from "../runs/columns";
import { readRunsView } from "../runs/view-state";
import type { RunsBlock, ViewBlock } from "./report";

export interface SavedView {
  /** The table that the view shows. */
  readonly table: RunsBlock;
  /** The charts that were added to it. */
  readonly specs: readonly PlotSpec[];
  /** As they stood in the address. */
  readonly parameters: URLSearchParams;
}

/** Read a saved view; columns that nobody chose are those that the page of runs would choose. */
export function describeView(view: View, { experimentId, limit }: ViewBlock, keys: readonly KeySummary[]): SavedView {
  const parameters = new URLSearchParams(readText(view.state["query"]));
  const { search, sort, columns } = readRunsView(parameters);
  const order = sort.map(({ column, isDescending }) => `${column} ${isDescending ? "DESC" : "ASC"}`)[0] ?? "";
  const table: RunsBlock = { type: "runs", experimentId, filter: toFilter(search), order, columns: columns ?? chooseColumns(keys), limit };
  return { table, specs: readSpecs(parameters), parameters };
}
