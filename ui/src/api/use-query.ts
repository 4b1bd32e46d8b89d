/** Server state for components: TanStack Query's observer behind one hook. */

import {
  keepPreviousData,
  QueryClient,
  QueryObserver,
  type QueryObserverOptions,
  type QueryObserverResult,
} from "@tanstack/query-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "./client";

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

export interface QueryOptions<T> {
  readonly key: readonly unknown[];
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly enabled?: boolean;
  /** Read it again this often, as long as the page is in sight. */
  readonly everyMs?: number;
}

/** Read from the server; the previous answer stays while the next one is on its way. */
export function useQuery<T>({ key, ask, enabled = true, everyMs }: QueryOptions<T>): QueryObserverResult<T, Error> {
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
