import { useEffect, useState } from "preact/hooks";

/** What belongs to a thing comes soon after it; longer than this a page waits for none of it. */
const MOST_WAITED_MS = 400;

/** Become true when all is known, or after a while: what comes late must not push away what is being read. */
export function useReady(isKnown: boolean): boolean {
  const [isReady, setReady] = useState(isKnown);
  useEffect(() => {
    if (isReady) return undefined;
    const timer = setTimeout(() => setReady(true), isKnown ? 0 : MOST_WAITED_MS);
    return () => clearTimeout(timer);
  }, [isKnown, isReady]);
  return isReady || isKnown;
}
