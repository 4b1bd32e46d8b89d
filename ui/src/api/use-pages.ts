/** Long lists from the server, page after page. */

import { InfiniteQueryObserver, keepPreviousData, type InfiniteData, type InfiniteQueryObserverOptions } from "@tanstack/query-core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { queries } from "./use-query";

export interface Page<T> {
  readonly items: readonly T[];
  /** What asks for the page after it; empty at the end. */
  readonly next: string;
}

export interface PagesOptions<T> {
  readonly key: readonly unknown[];
  readonly ask: (token: string, signal: AbortSignal) => Promise<Page<T>>;
}

export interface Pages<T> {
  /** What was read so far; undefined until the first page is there. */
  readonly items: readonly T[] | undefined;
  readonly hasMore: boolean;
  readonly isOld: boolean;
  readonly error: Error | null;
  readonly readMore: () => void;
  readonly retry: () => void;
}

/** Read a list page by page; what was read stays while it is read again. */
export function usePages<T>({ key, ask }: PagesOptions<T>): Pages<T> {
  const options: InfiniteQueryObserverOptions<Page<T>, Error, InfiniteData<Page<T>, string>, readonly unknown[], string> = {
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
