import { useMemo } from "preact/hooks";
import type { ListKeysResponse, QueryRunsResponse, View } from "../api/schema";
import { useQuery } from "../api/use-query";
import type { ChartRun } from "../charts/lines";
import { readView } from "../charts/view";
import { focusedRun } from "../lib/focused-run";
import { hrefOf } from "../lib/location";
import { columnsOf, encodeSpec } from "../plots/spec";
import { SpecCard } from "../plots/spec-card";
import { useFrame } from "../plots/use-frame";
import { Failure } from "../shell/notice";
import { chartRunsOf } from "./chart-runs";
import type { ViewBlock } from "./report";
import { listKeys, queryRuns, readSavedView } from "./reports-api";
import css from "./reports.module.css";
import { RunsBlockView } from "./runs-block";
import { type SavedView, describeView } from "./saved-view";

const EVERY_MS = 30_000;
const HEIGHT = 280;
const COLUMNS = ["attributes.start_time"];
/** So many runs are in the charts of values; lines and bars show those of the table. */
const CHARTED = 1000;

/** A saved view of runs as it is now: the table it shows, and the charts that were added to it. */
export function ViewBlockView({ block }: { readonly block: ViewBlock }) {
  const view = useQuery<View>({ key: ["report-view", block.viewId], ask: (signal) => readSavedView(block.viewId, signal), enabled: block.viewId !== "" });
  const keys = useQuery<ListKeysResponse>({ key: ["keys", block.experimentId], ask: (signal) => listKeys(block.experimentId, signal), enabled: block.experimentId !== "" });
  if (!block.viewId || !block.experimentId) return <p class="muted">Choose an experiment and one of its saved views.</p>;
  if (view.error) return <Failure error={view.error} onRetry={() => void view.refetch()} isSlim />;
  if (keys.error) return <Failure error={keys.error} onRetry={() => void keys.refetch()} isSlim />;
  if (!view.data || !keys.data) return <div class={css.blank} />;
  const saved = describeView(view.data, block, keys.data.keys);
  return (
    <div class={css.view}>
      <a class="link" href={hrefOf(`/experiments/${block.experimentId}/runs?view=${block.viewId}`)}>
        {view.data.name}
      </a>
      <RunsBlockView block={saved.table} />
      {saved.specs.length > 0 && <ViewCharts saved={saved} />}
    </div>
  );
}

function ViewCharts({ saved }: { readonly saved: SavedView }) {
  const { table, specs, parameters } = saved;
  const { data, error, dataUpdatedAt: revision, refetch } = useQuery<QueryRunsResponse>({
    key: ["report-view-runs", { ...table, limit: CHARTED, columns: COLUMNS }],
    ask: (signal) => queryRuns({ ...table, limit: CHARTED, columns: COLUMNS }, signal),
    everyMs: EVERY_MS,
  });
  const identity = data?.run_ids.join() ?? "";
  const runIds = useMemo(() => data?.run_ids ?? [], [identity]);
  const runs = useMemo<readonly ChartRun[]>(() => (data ? chartRunsOf(data).slice(0, table.limit) : []), [identity, table.limit]);
  const { frame, error: failure } = useFrame(runIds, specs.flatMap(columnsOf), revision);
  const view = useMemo(() => ({ ...readView(parameters), open: "" }), [parameters.toString()]);
  if (error) return <Failure error={error} onRetry={() => void refetch()} isSlim />;
  return (
    <div class={css.charts}>
      {specs.map((spec) => (
        <SpecCard
          key={encodeSpec(spec)}
          {...{ spec, runIds, runs, frame, view, revision }}
          onSpec={() => undefined}
          onView={() => undefined}
          isChosen={false}
          isPartial
          error={failure}
          focused={focusedRun}
          items={[]}
          height={HEIGHT}
        />
      ))}
    </div>
  );
}
