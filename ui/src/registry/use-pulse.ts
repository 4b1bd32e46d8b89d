import { useEffect, useRef } from "preact/hooks";
import { refresh, useQuery } from "../api/use-query";
import { listEvents } from "./registry-api";

const EVERY_MS = 10_000;

/** Look at the registry's log every ten seconds, and read the page's data again when something has happened. */
export function usePulse(name: string): void {
  const known = useRef<number | null>(null);
  const { data } = useQuery({
    key: ["pulse", name],
    ask: (signal) => listEvents(name, { most: 1 }, signal),
    everyMs: EVERY_MS,
  });
  const last = data ? (data.items[0]?.event_id ?? 0) : null;
  useEffect(() => {
    if (last !== null && known.current !== null && last !== known.current) refresh("registry");
    known.current = last;
  }, [last]);
}
