/** Live updates: which runs changed and whose logs grew, told by the server over one stream per subject. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isEnded, refreshMe, sessionCount } from "../access/session";
import { checkReach } from "../api/reach";
import type { ChangedRun, LogSize } from "../api/schema";

export type LiveState = "off" | "connecting" | "live" | "lost" | "paused";

/** What the page's stream is doing. */
export const liveState = signal<LiveState>("off");

/** Whether the reader wants the page to stay as it is. */
export const isPaused = signal(false);

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

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Call `onChange` with the runs that changed, at most twice a second, and after a gap in the stream with none. A page
 * out of sight has no stream: a browser keeps six connections to a server, for all of its tabs.
 */
export function useChanges(subject: LiveSubject, onChange: (runs: readonly ChangedRun[]) => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  const address = eventsAddress(subject);
  const session = sessionCount.value;
  const before = useRef(session);
  useEffect(() => {
    const stream = new Stream(address, (runs) => latest.current(runs), before.current !== session);
    before.current = session;
    const follow = () => stream.follow(!document.hidden && !isPaused.peek());
    const stop = isPaused.subscribe(follow);
    document.addEventListener("visibilitychange", follow);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", follow);
      stream.follow(false);
      liveState.value = "off";
    };
  }, [address, session]);
}

function eventsAddress({ experimentIds = [], runIds = [], logRunIds = [] }: LiveSubject): string {
  const query = new URLSearchParams();
  if (experimentIds.length > 0) query.set("experiment_ids", experimentIds.join(","));
  if (runIds.length > 0) query.set("run_ids", runIds.join(","));
  if (logRunIds.length > 0) query.set("log_run_ids", logRunIds.join(","));
  return new URL(`api/headwater/1/events?${query}`, document.baseURI).href;
}

/** The stream at an address, opened again whenever it was refused or cut off. */
class Stream {
  readonly #address: string;
  readonly #tell: (runs: readonly ChangedRun[]) => void;
  #source: EventSource | null = null;
  #isFollowed = false;
  #hasGap: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(address: string, tell: (runs: readonly ChangedRun[]) => void, hasGap: boolean) {
    this.#address = address;
    this.#tell = tell;
    this.#hasGap = hasGap;
  }

  /** Begin or end to listen. */
  follow(isFollowed: boolean): void {
    if (!isFollowed) {
      liveState.value = isPaused.peek() ? "paused" : "off";
      this.#hasGap = true;
    }
    if (isFollowed === this.#isFollowed) return;
    this.#isFollowed = isFollowed;
    if (isFollowed) this.#open();
    else this.#close();
  }

  #open(): void {
    const source = new EventSource(this.#address);
    this.#source = source;
    liveState.value = "connecting";
    source.addEventListener("open", () => {
      liveState.value = "live";
      this.#pauseMs = FIRST_PAUSE_MS;
      if (this.#hasGap) this.#tell([]);
      this.#hasGap = false;
    });
    source.addEventListener("error", () => {
      liveState.value = "lost";
      this.#hasGap = true;
      if (source.readyState === EventSource.CLOSED) void this.#askAgain(source);
      else void checkReach();
    });
    source.addEventListener("change", (event) => {
      if (!(event instanceof MessageEvent)) return;
      const { runs }: { readonly runs: readonly ChangedRun[] } = JSON.parse(String(event.data));
      this.#tell(runs);
    });
    source.addEventListener("log", (event) => {
      if (!(event instanceof MessageEvent)) return;
      const { logs }: { readonly logs: readonly LogSize[] } = JSON.parse(String(event.data));
      logSizes.value = new Map([...logSizes.value, ...logs.map(({ run_id: runId, size }) => [runId, size] as const)]);
    });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  /** What was refused, not cut off, the browser does not ask for again: by a proxy, say, while the server starts. */
  async #askAgain(refused: EventSource): Promise<void> {
    await refreshMe().catch(() => undefined);
    // Who signs in again gets another stream.
    if (this.#source !== refused || isEnded.peek()) return;
    this.#timer = setTimeout(() => this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}
