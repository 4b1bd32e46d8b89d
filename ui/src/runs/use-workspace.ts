/** The state of a workspace: what the address says, what is too long for it, and the way back. */

import { useMemo, useRef, useState } from "preact/hooks";
import { query, setQuery, writeQuery } from "../lib/location";
import { type Step, UndoStack } from "./undo";
import { MAX_ADDRESS } from "./use-views";
import { readRunsView, type RunsView, writeRunsView } from "./view-state";

/** What leaves the address first when it becomes too long. */
const LONGEST_FIRST = ["sel", "cols", "look", "q"];

export type Change = (part: Partial<RunsView>, isStep?: boolean) => void;

export interface Workspace {
  readonly view: RunsView;
  readonly change: Change;
  /** Show what these parameters say. */
  readonly open: (parameters: URLSearchParams) => void;
  /** Show what these parameters say, in the place of the address that led to them. */
  readonly replace: (parameters: URLSearchParams) => void;
  /** Return the parameters, with those that are too long for the address. */
  readonly parameters: () => URLSearchParams;
  readonly noteStep: (step: Step) => void;
  readonly undo: () => boolean;
  readonly redo: () => boolean;
}

interface Long {
  readonly parameters: URLSearchParams;
  /** The address that stands for them. */
  readonly address: string;
}

/** Keep the view in the address, and in memory what is too long for it. */
export function useWorkspace(): Workspace {
  const [long, setLong] = useState<Long | null>(null);
  const stack = useRef<UndoStack | null>(null);
  stack.current ??= new UndoStack();
  const { current: steps } = stack;
  const search = query.value.toString();
  const latest = useRef(long);
  latest.current = long;
  const view = useMemo(() => readRunsView(parametersOf(new URLSearchParams(search), long)), [search, long]);

  const parameters = () => parametersOf(query.peek(), latest.current);
  const put = (wanted: URLSearchParams, isStep: boolean) => {
    const address = shorten(wanted);
    const next = address === null ? null : { parameters: wanted, address: address.toString() };
    latest.current = next;
    setLong(next);
    setQuery(address ?? wanted, { replace: !isStep });
  };
  const change: Change = (part, isStep = false) => {
    const before = parameters();
    const after = writeRunsView(before, { ...readRunsView(before), ...part });
    if (isStep || part.search !== undefined) steps.push({ undo: () => put(before, true), redo: () => put(after, true) });
    put(after, isStep);
  };
  return {
    view,
    change,
    open: (wanted) => put(wanted, true),
    replace: (wanted) => put(wanted, false),
    parameters,
    noteStep: (step) => steps.push(step),
    undo: () => steps.undo(),
    redo: () => steps.redo(),
  };
}

function parametersOf(address: URLSearchParams, long: Long | null): URLSearchParams {
  return new URLSearchParams(long && long.address === address.toString() ? long.parameters : address);
}

/** Return the parameters without those that make the address too long; null if it is not. */
function shorten(parameters: URLSearchParams): URLSearchParams | null {
  const short = new URLSearchParams(parameters);
  const isLong = () => writeQuery(short).length > MAX_ADDRESS;
  if (!isLong()) return null;
  for (const name of LONGEST_FIRST) {
    short.delete(name);
    if (!isLong()) break;
  }
  return short;
}
