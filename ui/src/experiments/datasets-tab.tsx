import { useMemo } from "preact/hooks";
import { callMlflow, callNative } from "../api/client";
import type { ListValuesResponse, SearchDatasetsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { type DataColumn, DataGrid } from "../grid/data-grid";
import { pillsCell, textCell } from "../grid/text-cell";
import { formatCount } from "../lib/format";
import { writeQuery } from "../lib/location";
import { writeEqual } from "../query/tokens";
import { Failure } from "../shell/notice";
import css from "./tabs.module.css";

const MAX_DIGESTS = 1000;

interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly contexts: readonly string[];
  readonly runs: number | null;
}

const COLUMNS: readonly DataColumn<Dataset>[] = [
  { id: "name", title: "Dataset", width: 280, isFrozen: true, cell: textCell(({ name }) => name) },
  { id: "digest", title: "Digest", width: 200, cell: textCell(({ digest }) => digest) },
  { id: "contexts", title: "Read for", width: 200, cell: pillsCell(({ contexts }) => contexts.map((text) => ({ text })), 3) },
  { id: "runs", title: "Runs", width: 90, isNumeric: true, cell: textCell(({ runs }) => (runs === null ? "" : formatCount(runs))) },
];

/** The datasets that the runs of an experiment read; one opens the runs that read it. */
export function DatasetsTab({ experimentId }: { readonly experimentId: string }) {
  const found = useQuery<SearchDatasetsResponse>({
    key: ["datasets", experimentId],
    ask: (signal) => callMlflow("experiments/search-datasets", { experiment_ids: [experimentId] }, signal),
  });
  const counts = useQuery<ListValuesResponse>({
    key: ["values", experimentId, "datasets.digest", "", 0],
    ask: (signal) => callNative("values/list", { experiment_ids: [experimentId], key: "datasets.digest", limit: MAX_DIGESTS }, signal),
  });
  const rows = useMemo(() => (found.data ? listDatasets(found.data, counts.data) : null), [found.data, counts.data]);
  if (found.error && !rows) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (rows?.length === 0) {
    return (
      <div class={css.body}>
        <p class="muted">No run of this experiment has said what it read. With `hw.log_input(dataset, context="training")` datasets appear here.</p>
      </div>
    );
  }
  return (
    <div class={css.grid}>
      {rows && (
        <DataGrid
          label="Datasets of the experiment"
          rows={rows}
          columns={COLUMNS}
          order=""
          onOrder={() => undefined}
          pageOf={({ name, digest }) => runsPage(experimentId, name, digest)}
          onEnd={() => undefined}
        />
      )}
    </div>
  );
}

function runsPage(experimentId: string, name: string, digest: string): string {
  const filter = `${writeEqual("dataset.name", name)} AND ${writeEqual("dataset.digest", digest)}`;
  return `/experiments/${experimentId}/runs${writeQuery(new URLSearchParams({ q: filter }))}`;
}

function listDatasets({ dataset_summaries: summaries = [] }: SearchDatasetsResponse, counts: ListValuesResponse | undefined): Dataset[] {
  const runs = new Map(counts?.values.map((value) => [value.value, value.runs]));
  const found = new Map<string, Dataset>();
  for (const { name, digest, context } of summaries) {
    const key = JSON.stringify([name, digest]);
    const known = found.get(key);
    const contexts = [...(known?.contexts ?? []), ...(context ? [context] : [])];
    found.set(key, { name, digest, contexts, runs: runs.get(digest) ?? null });
  }
  return [...found.values()];
}
