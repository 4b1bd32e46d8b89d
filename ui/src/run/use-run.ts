import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client";
import { useChanges } from "../lib/live";
import type { RunDetails } from "./model";
import { getRun } from "./run-api";

export interface RunState {
  readonly run: RunDetails | null;
  readonly isMissing: boolean;
  readonly error: string;
  /** Grows with every change the server told of. */
  readonly revision: number;
  readonly refresh: () => void;
}

interface Known {
  readonly runId: string;
  readonly run: RunDetails | null;
  readonly isMissing: boolean;
  readonly error: string;
}

const NOTHING = { run: null, isMissing: false, error: "" };

/** A run that takes long to read is read again after a pause of so many times as long. */
const PAUSE_FACTOR = 4;

/** Read a run and keep it fresh, and on demand its log; what was read stays while it is read again or cannot be. */
export function useRun(runId: string, isLogFollowed: boolean): RunState {
  const [known, setKnown] = useState<Known>({ runId, ...NOTHING });
  const [revision, setRevision] = useState(0);
  const refresh = useCallback(() => setRevision((old) => old + 1), []);
  const quietUntil = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const refreshSoon = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(refresh, Math.max(0, quietUntil.current - performance.now()));
  };

  useEffect(() => {
    const controller = new AbortController();
    const start = performance.now();
    const pause = () => {
      quietUntil.current = performance.now() + PAUSE_FACTOR * (performance.now() - start);
    };
    getRun(runId, controller.signal).then(
      (run) => {
        pause();
        setKnown({ runId, ...NOTHING, run });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const isMissing = error instanceof ApiError && (error.status === 404 || error.status === 400);
        const message = error instanceof Error ? error.message : String(error);
        setKnown((old) => ({ runId, run: old.runId === runId ? old.run : null, isMissing, error: message }));
      },
    );
    return () => controller.abort();
  }, [runId, revision]);

  useChanges({ runIds: [runId], logRunIds: isLogFollowed ? [runId] : [] }, refreshSoon);

  const current = known.runId === runId ? known : { ...NOTHING };
  return { ...current, revision, refresh };
}
