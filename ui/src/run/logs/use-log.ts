import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isStreaming, logSizes } from "../../lib/live";
import type { LogPlace, LogState } from "./log-source";
import { LogSource } from "./log-source";
import { isFiltering, NOTHING_FOUND, searchOn, type Found, type LogFilter } from "./log-search";

/** Follow a log of a run; `revision` grows when the server told of a change. */
export function useLog({ runId, name, path }: LogPlace, revision: number): { readonly source: LogSource; readonly state: LogState } {
  const source = useMemo(() => new LogSource({ runId, name, path }), [runId, name, path]);
  useEffect(() => () => source.close(), [source]);
  const size = logSizes.value.get(runId);
  useEffect(() => void source.look(), [source, revision, size, isStreaming()]);
  return { source, state: source.state.value };
}

const ENOUGH = 200;

export interface SearchState {
  readonly found: Found;
  readonly isSearching: boolean;
  readonly error: string;
  readonly more: () => void;
}

/** Search a log, and search on when `end`, the end of the log, moves on. */
export function useSearch(place: LogPlace, filter: LogFilter, end: number): SearchState {
  const identity = JSON.stringify([place, filter]);
  const [known, setKnown] = useState({ identity, found: NOTHING_FOUND, error: "" });
  const [isSearching, setSearching] = useState(false);
  const running = useRef<AbortController | null>(null);
  const found = known.identity === identity ? known.found : NOTHING_FOUND;
  const isWanted = isFiltering(filter) && (place.name !== "" || place.path !== "");

  const search = (from: Found) => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setSearching(true);
    searchOn(place, filter, from, mine.signal)
      .then(
        (next) => setKnown({ identity, found: next, error: "" }),
        (error: unknown) => {
          if (!mine.signal.aborted) setKnown({ identity, found: from, error: error instanceof Error ? error.message : String(error) });
        },
      )
      .finally(() => {
        if (running.current === mine) setSearching(false);
      });
  };
  useEffect(() => {
    if (isWanted) search(NOTHING_FOUND);
    return () => running.current?.abort();
  }, [identity, isWanted]);
  useEffect(() => {
    if (isWanted && found.isDone && end > found.next) search(found);
  }, [end]);
  // A long log is looked through in parts, until there is something to show or it ends.
  useEffect(() => {
    if (isWanted && found.next > 0 && !found.isDone && found.lines.length < ENOUGH) search(found);
  }, [found]);
  const error = known.identity === identity ? known.error : "";
  return { found, isSearching, error, more: () => (isSearching || found.isDone ? undefined : search(found)) };
}
