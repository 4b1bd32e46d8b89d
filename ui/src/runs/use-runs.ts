/** What the workspace reads: the experiments, their keys, and the runs as columns, kept up to date by the stream. */

import { useMemo, useRef, useState } from "preact/hooks";
import { ApiError, callNative } from "../api/client";
import type { ListKeysResponse, QueryRuns, QueryRunsResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { type ExperimentFacts, useFacts } from "../experiments/use-facts";
import { useChanges } from "../lib/live";
import { usePaced } from "../lib/paced";
import { quoteKey, toFilter } from "../query/tokens";
import { MODELS, STARRED } from "./cells";
import { OWN_COLOR } from "./coloring";
import { chooseColumns, describeColumn, type MainMetric } from "./columns";
import { PARENT } from "./grouping";
import { RunTable } from "./table";
import type { RunsView, SortKey } from "./view-state";

export const ROW_LIMIT = 20_000;
const REFRESH_MS = 1000;
/** Which keys there are changes seldom. */
const FACTS_MS = 5000;
const ALWAYS = ["attributes.status", "attributes.start_time", "attributes.duration"];
const EXPERIMENT = "attributes.experiment_id";
const MAX_TAGS_SEARCHED = 10;

export interface RunsData {
  readonly experimentIds: readonly string[];
  /** The experiments by id; empty until they are read. */
  readonly facts: ReadonlyMap<string, ExperimentFacts>;
  readonly main: MainMetric | null;
  readonly keys: ListKeysResponse | null;
  readonly columns: readonly string[];
  readonly table: RunTable | null;
  /** The filter as the server reads it. */
  readonly filter: string;
  /** What the server said to a filter that it could not read; the rows are those before. */
  readonly filterError: string;
  readonly error: Error | null;
  readonly isLoading: boolean;
  /** What the rows in the table answer: they are those of the question before until the next answer is there. */
  readonly question: string;
  /** Grows when runs changed. */
  readonly revision: number;
  readonly retry: () => void;
}

/** Read the runs that a view asks for; `identity` joins the ids of the experiments. */
export function useRuns(identity: string, view: RunsView): RunsData {
  const ids = useMemo(() => identity.split(","), [identity]);
  const experiments = useFacts(ids);
  const keys = useQuery<ListKeysResponse>({
    key: ["keys", identity],
    ask: (signal) => callNative("keys/list", { experiment_ids: ids }, signal),
  });
  const { facts } = experiments;
  const main = facts.get(ids[0] ?? "")?.main ?? null;
  const columns = useColumns(view, keys.data, main, ids.length > 1);
  const filter = toFilter(view.search, "attributes.run_name", useMemo(() => searchedKeys(keys.data), [keys.data]));
  const isTree = view.sort.length === 0 && view.group.length === 0;
  const request: QueryRuns = {
    experiment_ids: ids,
    filter,
    order_by: orderOf(view.sort),
    columns: [...new Set([...ALWAYS, ...(ids.length > 1 ? [EXPERIMENT] : []), MODELS, STARRED, OWN_COLOR, ...columns, ...view.group.filter((key) => key !== PARENT), ...colorColumns(view)])],
    limit: ROW_LIMIT,
    ...(isTree && filter ? { ancestors: true } : {}),
    ...(view.isArchive ? { view_type: "DELETED_ONLY" } : {}),
  };
  const runs = useQuery<QueryRunsResponse>({
    key: ["runs", identity, request],
    ask: (signal) => callNative("runs/query", request, signal),
    enabled: view.columns !== null || keys.data !== undefined || keys.isError,
  });
  const answer = useLastGood(runs.data);
  const { columns: _columns, ...asked } = request;
  const question = useLastGood(runs.data && !runs.isPlaceholderData ? JSON.stringify([asked, view.group]) : undefined) ?? "";
  const table = useMemo(() => (answer ? new RunTable(answer, main) : null), [answer, main?.key, main?.isLess]);
  const revision = useRevision(identity);
  const filterError = runs.error instanceof ApiError && runs.error.status === 400 ? runs.error.message : "";
  return {
    experimentIds: ids,
    facts,
    main,
    keys: keys.data ?? null,
    columns,
    table,
    filter,
    filterError,
    error: experiments.error ?? (filterError ? null : runs.error),
    isLoading: runs.isFetching && runs.isPlaceholderData,
    revision,
    question,
    retry: () => {
      refresh("overview");
      refresh("keys", identity);
      refresh("runs", identity);
    },
  };
}

/** Return the columns to show; those chosen for the reader stay in place while live runs bring new keys. */
function useColumns(view: RunsView, keys: ListKeysResponse | undefined, main: MainMetric | null, hasSeveral: boolean): readonly string[] {
  const chosen = useRef<readonly string[] | null>(null);
  const key = main?.key ?? "";
  const keyBefore = useRef(key);
  if (keyBefore.current !== key) chosen.current = null;
  keyBefore.current = key;
  if (!view.columns && keys && !(chosen.current && chosen.current.length > ALWAYS.length + 1)) {
    chosen.current = chooseColumns(keys.keys, key, hasSeveral);
  }
  return view.columns ?? chosen.current ?? ALWAYS;
}

/** What plain words are looked for in, beside the name: the id and the tags that people set. */
function searchedKeys(keys: ListKeysResponse | undefined): string[] {
  const tags = keys?.keys.filter(({ kind, name }) => kind === "tag" && !name.startsWith("mlflow.") && !name.startsWith("headwater.")) ?? [];
  return ["attributes.run_id", ...tags.slice(0, MAX_TAGS_SEARCHED).map(({ name }) => quoteKey(`tags.${name}`))];
}

function colorColumns({ color }: RunsView): string[] {
  return color.includes(".") ? [color] : [];
}

/** Write an order as the server reads it; columns that it cannot sort by are left out. */
export function orderOf(sort: readonly SortKey[]): string[] {
  return sort
    .filter(({ column }) => column === "attributes.run_name" || describeColumn(column).isSortable)
    .map(({ column, isDescending }) => `${quoteKey(column)} ${isDescending ? "DESC" : "ASC"}`);
}

/** Return the newest answer, also while a later question fails. */
function useLastGood<T>(data: T | undefined): T | undefined {
  const last = useRef(data);
  if (data !== undefined) last.current = data;
  return last.current;
}

/** Read again when runs change. */
function useRevision(identity: string): number {
  const [revision, setRevision] = useState(0);
  const update = usePaced(() => {
    for (const key of ["runs", "groups"]) refresh(key, identity);
    setRevision((count) => count + 1);
  }, REFRESH_MS);
  const updateFacts = usePaced(() => {
    refresh("keys", identity);
    refresh("overview");
  }, FACTS_MS);
  useChanges({ experimentIds: identity.split(",") }, () => {
    update();
    updateFacts();
  });
  return revision;
}
