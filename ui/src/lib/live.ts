/** Live updates: which runs changed and whose logs grew, told by the server over one stream per subject. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { refreshMe, sessionCount } from "../access/session";
import type { ChangedRun, LogSize } from "../api/schema";

export type LiveState = "off" | "connecting" | "live" | "lost";

/** What the page's stream is doing. */
export const liveState = signal<LiveState>("off");

/** Whether changes come by themselves, so that nothing need be asked for. */
export const isStreaming = (): boolean => liveState.value === "live";

/** How long the logs are that the stream follows, by run. */
export const logSizes = signal<ReadonlyMap<string, number>>(new Map());

export interface LiveSubject {
  readonly experimentIds?: readonly string[];
  readonly runIds?: readonly string[];
  /** Runs whose logs are followed, too: see `logSizes`. */
  readonly logRunIds?: readonly string[];
}

/** Call `onChange` with the runs that changed, at most twice a second, and after a pause of the stream with none. */
export function useChanges(subject: LiveSubject, onChange: (runs: readonly ChangedRun[]) => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const address = eventsAddress(subject);
  const session = sessionCount.value;
  const before = useRef(session);
  useEffect(() => {
    const isAgain = before.current !== session;
    before.current = session;
    return follow(address, (runs) => latest.current(runs), isAgain);
  }, [address, session]);
}

function eventsAddress({ experimentIds = [], runIds = [], logRunIds = [] }: LiveSubject): string {
  const query = new URLSearchParams();
  if (experimentIds.length > 0) query.set("experiment_ids", experimentIds.join(","));
  if (runIds.length > 0) query.set("run_ids", runIds.join(","));
  if (logRunIds.length > 0) query.set("log_run_ids", logRunIds.join(","));
  return new URL(`api/headwater/1/events?${query}`, document.baseURI).href;
}

function follow(address: string, tell: (runs: readonly ChangedRun[]) => void, isAgain: boolean): () => void {
  const source = new EventSource(address);
  let wasLost = isAgain;
  liveState.value = "connecting";
  source.addEventListener("open", () => {
    liveState.value = "live";
    if (wasLost) tell([]);
    wasLost = false;
  });
  source.addEventListener("error", () => {
    liveState.value = "lost";
    wasLost = true;
    // Refused, not cut off: the session may be over.
    if (source.readyState === EventSource.CLOSED) void refreshMe().catch(() => undefined);
  });
  source.addEventListener("change", (event) => {
    if (!(event instanceof MessageEvent)) return;
    const { runs }: { readonly runs: readonly ChangedRun[] } = JSON.parse(String(event.data));
    tell(runs);
  });
  source.addEventListener("log", (event) => {
    if (!(event instanceof MessageEvent)) return;
    const { logs }: { readonly logs: readonly LogSize[] } = JSON.parse(String(event.data));
    logSizes.value = new Map([...logSizes.value, ...logs.map(({ run_id: runId, size }) => [runId, size] as const)]);
  });
  return () => {
    source.close();
    liveState.value = "off";
  };
}
