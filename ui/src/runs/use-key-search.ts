/** The keys that a reader searches, also those of many that were not read with the page. */

import { useEffect, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { KeySummary, ListKeysResponse } from "../api/schema";
import { useQuery } from "../api/use-query";

const PAUSE_MS = 150;

/** Return the keys whose names contain a text: of those that are known, or when not all are, of the server's. */
export function useKeySearch(experimentIds: readonly string[], keys: ListKeysResponse | null, typed: string): readonly KeySummary[] {
  const search = useRested(typed);
  const isCut = keys !== null && keys.total > keys.keys.length;
  const found = useQuery<ListKeysResponse>({
    key: ["keys", experimentIds.join(), search],
    ask: (signal) => callNative("keys/list", { experiment_ids: experimentIds, contains: search }, signal),
    enabled: isCut && search !== "",
  });
  const source = isCut && search !== "" ? found.data : keys;
  return source?.keys.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())) ?? [];
}

/** Return the text once it rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
