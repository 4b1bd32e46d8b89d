/** What the page of comparison shows, kept in the address. */

import { decodeList, encodeList, put, readChoice } from "../lib/codec";

export const TABS = ["diff", "curves", "parallel", "scatter", "box", "contour", "files"] as const;
export type Tab = (typeof TABS)[number];

export const TAB_NAMES: Record<Tab, string> = {
  diff: "Differences",
  curves: "Curves",
  parallel: "Parallel",
  scatter: "Scatter",
  box: "Box",
  contour: "Contour",
  files: "Files",
};

export interface CompareState {
  readonly runs: readonly string[];
  /** The set that the server keeps, instead of runs in the address. */
  readonly set: string;
  readonly tab: Tab;
  /** Whether rows that are the same for all runs show, too. */
  readonly showsAll: boolean;
  readonly find: string;
  /** The file shown side by side. */
  readonly file: string;
}

/** Read what an address asks for. */
export function readState(query: URLSearchParams): CompareState {
  return {
    runs: [...new Set(decodeList(query.get("runs")).filter(Boolean))],
    set: query.get("set") ?? "",
    tab: readChoice(query.get("tab"), TABS),
    showsAll: query.get("all") === "1",
    find: query.get("find") ?? "",
    file: query.get("file") ?? "",
  };
}

/** Write a state into a copy of the parameters; defaults are left out, other parameters stay. */
export function writeState(query: URLSearchParams, state: CompareState): URLSearchParams {
  const written = new URLSearchParams(query);
  put(written, "runs", encodeList(state.runs));
  put(written, "set", state.set);
  put(written, "tab", state.tab, TABS[0]);
  put(written, "all", state.showsAll ? "1" : "");
  put(written, "find", state.find);
  put(written, "file", state.file);
  return written;
}
