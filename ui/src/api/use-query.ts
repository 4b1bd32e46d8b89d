/** Server state for components: TanStack Query's observer behind one hook. */

import {
  keepPreviousData,
  QueryClient,
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
} from "@tanstack/query-core";
import { effect } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "./client";
import { isUnreachable } from "./reach";

/** The server will not do it the next time either. */
const NOT_IMPLEMENTED = 501;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 300_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && (error.status < 500 || error.status === NOT_IMPLEMENTED)),
      retryDelay: (count) => 400 * 2 ** count,
      networkMode: "always",
    },
  },
});

/** Read again what is shown as soon as the server is back. */
export function startRecovery(): void {
  let wasUnreachable = false;
  effect(() => {
    if (wasUnreachable && !isUnreachable.value) void queries.invalidateQueries();
    wasUnreachable = isUnreachable.value;
  });
}

export interface QueryOptions<T> {
  readonly key: readonly unknown[];
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly enabled?: boolean;
  /** Read it again this often, as long as the page is in sight. */
  readonly everyMs?: number;
  /** Read it again when this has another value. */
  readonly revision?: number;
}

/** For which revision a question was asked last; part of its key, each would keep an answer of its own. */
const readFor = new WeakMap<object, number>();

/** Read from the server; the previous answer stays while the next one is on its way. */
export function useQuery<T>({ key, ask, enabled = true, everyMs, revision }: QueryOptions<T>): QueryObserverResult<T, Error> {
  const options: QueryObserverOptions<T, Error, T, T> = {
    queryKey: key,
    queryFn: ({ signal }) => ask(signal),
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: everyMs ?? false,
  };
  const observer = useMemo(() => new QueryObserver(queries, options), []);
  const [, redraw] = useState(0);
  const identity = JSON.stringify(key);
  useMemo(() => observer.setOptions(options), [identity, enabled, everyMs]);
  useEffect(() => observer.subscribe(() => redraw((count) => count + 1)), [observer]);
  useEffect(() => {
    const asked = observer.getCurrentQuery();
    const before = readFor.get(asked);
    if (revision === undefined || before === revision || !enabled) return;
    readFor.set(asked, revision);
    if (before !== undefined) void observer.refetch();
  }, [identity, revision, enabled]);
  return observer.getOptimisticResult(queries.defaultQueryOptions(options));
}

/** Read everything again whose key begins with `key`. */
export function refresh(...key: readonly unknown[]): void {
  void queries.invalidateQueries({ queryKey: key });
}

/** Forget that what begins with `key` is fresh: pages that come read it again, the one that is left does not. */
export function expire(...key: readonly unknown[]): void {
  void queries.invalidateQueries({ queryKey: key, refetchType: "none" });
}

const LONGEST_WAIT_MS = 30_000;

/** Wait until nothing is being read, but not for ever. */
export async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done)); // what a drawing asks for is asked for after it
  if (queries.isFetching() === 0) return;
  await new Promise<void>((done) => {
    const finish = () => {
      clearTimeout(timer);
      stop();
      done();
    };
    const timer = setTimeout(finish, LONGEST_WAIT_MS);
    const stop = queries.getQueryCache().subscribe(() => queries.isFetching() === 0 && finish());
  });
}
