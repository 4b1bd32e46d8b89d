/** Long lists from the server, page after page. */

import { InfiniteQueryObserver, keepPreviousData, type InfiniteData, type InfiniteQueryObserverOptions } from "@tanstack/query-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { queries } from "./use-query";

export interface Page<T> {
  readonly items: readonly T[];
  /** What asks for the page after it; empty at the end. */
  readonly next: string;
}

export interface PagesOptions<P extends Page<unknown>> {
  readonly key: readonly unknown[];
  readonly ask: (token: string, signal: AbortSignal) => Promise<P>;
}

export interface Pages<P extends Page<unknown>> {
  /** The first page, with what it says besides its items. */
  readonly first: P | undefined;
  /** What was read so far; undefined until the first page is there. */
  readonly items: P["items"] | undefined;
  readonly hasMore: boolean;
  readonly isOld: boolean;
  readonly error: Error | null;
  readonly readMore: () => void;
  readonly retry: () => void;
}

/** Read a list page by page; what was read stays while it is read again. */
export function usePages<P extends Page<unknown>>({ key, ask }: PagesOptions<P>): Pages<P> {
  const options: InfiniteQueryObserverOptions<P, Error, InfiniteData<P, string>, readonly unknown[], string> = {
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  };
  const observer = useMemo(() => new InfiniteQueryObserver(queries, options), []);
  const [, redraw] = useState(0);
  const identity = JSON.stringify(key);
  useMemo(() => observer.setOptions(options), [identity]);
  useEffect(() => observer.subscribe(() => redraw((count) => count + 1)), [observer]);
  const { data, error, hasNextPage, isFetchingNextPage, isPlaceholderData } = observer.getCurrentResult();
  const items = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  return {
    first: data?.pages[0],
    items,
    hasMore: hasNextPage,
    isOld: isPlaceholderData,
    error,
    readMore: () => {
      if (hasNextPage && !isFetchingNextPage) void observer.fetchNextPage();
    },
    retry: () => void observer.refetch(),
  };
}
