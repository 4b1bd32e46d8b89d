/** What the workspace reads: the experiment, its keys, and the runs as columns, kept up to date by the stream. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, callNative, readMlflow } from "../api/client";
import type { GetExperimentResponse, ListKeysResponse, QueryRuns, QueryRunsResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { useChanges } from "../lib/live";
import { quoteKey, toFilter } from "../query/tokens";
import { chooseColumns } from "./columns";
import { RunTable } from "./table";
import type { RunsView, SortKey } from "./view-state";

export const ROW_LIMIT = 20_000;
const REFRESH_MS = 1000;
const ALWAYS = ["attributes.status", "attributes.start_time", "attributes.duration"];

export interface RunsData {
  readonly name: string;
  readonly keys: ListKeysResponse | null;
  readonly columns: readonly string[];
  readonly table: RunTable | null;
  /** What the server said to a filter that it could not read; the rows are those before. */
  readonly filterError: string;
  readonly error: Error | null;
  readonly isLoading: boolean;
  /** Grows when runs changed. */
  readonly revision: number;
  readonly retry: () => void;
}

/** Read the runs that a view asks for. */
export function useRuns(experimentId: string, view: RunsView): RunsData {
  const ids = [experimentId];
  const experiment = useQuery<GetExperimentResponse>({
    key: ["experiment", experimentId],
    ask: (signal) => readMlflow("experiments/get", { experiment_id: experimentId }, signal),
  });
  const keys = useQuery<ListKeysResponse>({
    key: ["keys", experimentId],
    ask: (signal) => callNative("keys/list", { experiment_ids: ids }, signal),
  });
  const chosen = useRef<readonly string[] | null>(null);
  if (!view.columns && keys.data) {
    chosen.current = keepChosen(chosen.current, chooseColumns(keys.data.keys));
  }
  const columns = view.columns ?? chosen.current ?? ALWAYS;
  const request: QueryRuns = {
    experiment_ids: ids,
    filter: toFilter(view.search),
    order_by: orderOf(view.sort),
    columns: [...new Set([...ALWAYS, ...columns])],
    limit: ROW_LIMIT,
    ...(view.isArchive ? { view_type: "DELETED_ONLY" } : {}),
  };
  const runs = useQuery<QueryRunsResponse>({
    key: ["runs", experimentId, request],
    ask: (signal) => callNative("runs/query", request, signal),
    enabled: view.columns !== null || keys.data !== undefined || keys.isError,
  });
  const answer = useLastGood(runs.data);
  const table = useMemo(() => (answer ? new RunTable(answer) : null), [answer]);
  const revision = useRevision(experimentId);
  const filterError = runs.error instanceof ApiError && runs.error.status === 400 ? runs.error.message : "";
  return {
    name: experiment.data?.experiment.name ?? "",
    keys: keys.data ?? null,
    columns,
    table,
    filterError,
    error: experiment.error ?? (filterError ? null : runs.error),
    isLoading: runs.isFetching && runs.isPlaceholderData,
    revision,
    retry: () => {
      refresh("experiment", experimentId);
      refresh("keys", experimentId);
      refresh("runs", experimentId);
    },
  };
}

/** Keep the columns in place while live runs bring new keys, once there are some beside status and times. */
function keepChosen(before: readonly string[] | null, now: readonly string[]): readonly string[] {
  return before && before.length > ALWAYS.length ? before : now;
}

function orderOf(sort: readonly SortKey[]): string[] {
  return sort.map(({ column, isDescending }) => `${quoteKey(column)} ${isDescending ? "DESC" : "ASC"}`);
}

/** Return the newest answer, also while a later question fails. */
function useLastGood<T>(data: T | undefined): T | undefined {
  const last = useRef(data);
  if (data !== undefined) last.current = data;
  return last.current;
}

/** Read again when runs change, at most once a second, and when the page comes back into view. */
function useRevision(experimentId: string): number {
  const [revision, setRevision] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const update = () => {
    if (timer.current !== undefined || document.hidden) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      refresh("runs", experimentId);
      refresh("keys", experimentId);
      setRevision((count) => count + 1);
    }, REFRESH_MS);
  };
  useChanges({ experimentIds: [experimentId] }, update);
  useEffect(() => {
    document.addEventListener("visibilitychange", update);
    return () => {
      document.removeEventListener("visibilitychange", update);
      clearTimeout(timer.current);
    };
  }, []);
  return revision;
}
