/** What the page of comparison reads: the runs side by side, with one request; and a kept set with one before. */

import { useMemo, useRef } from "preact/hooks";
import { callNative, readNative } from "../api/client";
import type { CompareRunsResponse, ViewResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import type { ChartRun } from "../charts/lines";
import { readFields, readList } from "../lib/read";
import { COLOR_TAG, colorOfTag, RunNumbers, styleOf } from "../lib/run-colors";
import { type Frame, makeFrame } from "../plots/frame";
import { tellApart } from "./names";
import type { CompareState } from "./state";

export interface Comparison {
  /** The runs asked for, in order; null while a set is being read. */
  readonly runIds: readonly string[] | null;
  readonly answer: CompareRunsResponse | null;
  readonly frame: Frame | null;
  readonly runs: readonly ChartRun[];
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

const readIds = (value: unknown): string[] => readList(readFields(value)["runs"]).filter((id) => typeof id === "string");

/** Read the runs of a comparison; `revision` grows when they changed. */
export function useComparison(state: CompareState, revision: number): Comparison {
  const kept = useQuery<readonly string[]>({
    key: ["set", state.set],
    ask: async (signal) => readIds((await readNative<ViewResponse>("views/get", { view_id: state.set }, signal)).view.state),
    enabled: state.set !== "",
  });
  const asked = state.set ? (kept.data ?? null) : state.runs;
  const identity = asked?.join() ?? "";
  const runIds = useMemo(() => asked, [identity, asked === null]);
  const { data, error, isPlaceholderData, refetch } = useQuery<CompareRunsResponse>({
    key: ["comparison", runIds],
    revision,
    ask: (signal) => callNative("runs/compare", { run_ids: runIds }, signal),
    enabled: runIds !== null && runIds.length > 0,
  });
  const isEmpty = runIds !== null && runIds.length === 0;
  const answer = isEmpty ? null : (data ?? null);
  const frame = useMemo(() => (answer ? makeFrame(answer.table) : null), [answer]);
  const runs = useRuns(frame, answer);
  return {
    runIds,
    answer,
    frame,
    runs,
    error: kept.error ?? error,
    isLoading: isPlaceholderData,
    retry: () => void (kept.error ? kept.refetch() : refetch()),
  };
}

/** Give the runs their colours; who stays keeps his when another leaves. */
function useRuns(frame: Frame | null, answer: CompareRunsResponse | null): readonly ChartRun[] {
  const numbers = useRef<RunNumbers | null>(null);
  numbers.current ??= new RunNumbers();
  const { current } = numbers;
  return useMemo(() => {
    if (!frame) return [];
    const known = current.assign(frame.runIds);
    const starts = frame.field("attributes.start_time").numbers;
    const experimentNames = new Map(answer?.experiments.map(({ experiment_id: id, name }) => [id, name]));
    const homes = frame.field("attributes.experiment_id").texts.map((id) => experimentNames.get(id ?? "") ?? "");
    const names = tellApart(frame.names, homes, frame.runIds);
    const own = frame.field(`tags.${COLOR_TAG}`).texts.map(colorOfTag);
    return frame.runIds.map((runId, row) => ({
      runId,
      name: names[row] ?? "",
      ...(own[row] ? { color: own[row], dash: [] } : styleOf(known.get(runId) ?? row)),
      ...(Number.isFinite(starts[row]) ? { startTime: starts[row] ?? 0 } : {}),
    }));
  }, [frame, current, answer]);
}
