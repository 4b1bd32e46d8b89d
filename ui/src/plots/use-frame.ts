/** The values of runs that charts need, with one request for all of them. */

import { useMemo } from "preact/hooks";
import { callNative } from "../api/client";
import type { CompareRunsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { type Frame, makeFrame } from "./frame";

/** The server compares so many runs at once. */
export const MAX_FRAME_RUNS = 5000;

export interface FrameState {
  readonly frame: Frame | null;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** Read columns of runs; nothing is asked while there are no columns. */
export function useFrame(runIds: readonly string[], columns: readonly string[], revision: number): FrameState {
  const ids = useMemo(() => runIds.slice(0, MAX_FRAME_RUNS), [runIds]);
  const hash = useMemo(() => hashOf(ids.join()), [ids]);
  const wanted = [...new Set(columns)].sort();
  const { data, error, refetch } = useQuery<CompareRunsResponse>({
    key: ["frame", hash, wanted],
    revision,
    ask: (signal) => callNative("runs/compare", { run_ids: ids, columns: wanted, details: false }, signal),
    enabled: wanted.length > 0 && ids.length > 0,
  });
  const frame = useMemo(() => (data ? makeFrame(data.table) : null), [data]);
  return { frame, error, retry: () => void refetch() };
}

/** A short name for a long text: two different ones hardly ever share it. */
export function hashOf(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return `${text.length}-${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}
