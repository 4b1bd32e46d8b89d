import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { QueryRunsResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { askSeries } from "../charts/ask";
import { ChartCard } from "../charts/chart-card";
import { ChartDialog } from "../charts/chart-dialog";
import type { ChartRun } from "../charts/lines";
import { SeriesLoader } from "../charts/loader";
import { makeRequest } from "../charts/request";
import { DEFAULT_VIEW, type ChartView } from "../charts/view";
import { formatCount } from "../lib/format";
import { hrefOf } from "../lib/location";
import { Failure } from "../shell/notice";
import { chartRunsOf } from "./chart-runs";
import type { ChartBlock } from "./report";
import { queryRuns } from "./reports-api";
import css from "./reports.module.css";

const EVERY_MS = 30_000;
const WIDTH = 600;
const HEIGHT = 240;
/** What a chart is higher with its title and the names of the runs. */
const FRAME = 69;
const COLUMNS = ["attributes.start_time"];

/** Charts of some metrics over the runs that a filter matches now. */
export function ChartBlockView({ block }: { readonly block: ChartBlock }) {
  const runs = useQuery<QueryRunsResponse>({
    key: ["report-chart", { ...block, keys: [] }],
    ask: (signal) => queryRuns({ ...block, columns: COLUMNS }, signal),
    enabled: block.experimentId !== "" && block.keys.length > 0,
    everyMs: EVERY_MS,
  });
  if (!block.experimentId || block.keys.length === 0) return <p class="muted">Choose an experiment and name metrics.</p>;
  if (runs.error) return <Failure error={runs.error} onRetry={() => void runs.refetch()} isSlim />;
  if (!runs.data) return <div style={{ height: `${HEIGHT + FRAME}px` }} />;
  return <Charts block={block} answer={runs.data} revision={runs.dataUpdatedAt} />;
}

function Charts({ block, answer, revision }: { readonly block: ChartBlock; readonly answer: QueryRunsResponse; readonly revision: number }) {
  const [view, setView] = useState<ChartView>(DEFAULT_VIEW);
  const group = useId();
  const focused = useSignal("");
  const loader = useRef<SeriesLoader | null>(null);
  loader.current ??= new SeriesLoader(askSeries);
  const { current } = loader;
  const identity = JSON.stringify([answer.run_ids, answer.run_names]);
  const runs = useMemo<readonly ChartRun[]>(() => chartRunsOf(answer), [identity]);
  useEffect(() => current.aim(makeRequest(runs, view, WIDTH), revision), [current, runs, view, revision]);
  useEffect(() => () => current.stop(), [current]);
  const shared = { runs, view, onView: setView, group, focused };
  return (
    <figure class={css.figure}>
      <div class={css.charts}>
        {block.keys.map((name) => (
          <ChartCard key={name} {...shared} name={name} loader={current} height={HEIGHT} />
        ))}
      </div>
      <figcaption class={css.runs}>
        {runs.map(({ runId, name, color }) => (
          <a key={runId} href={hrefOf(`/runs/${runId}`)}>
            <span class={css.swatch} style={{ background: color }} />
            {name}
          </a>
        ))}
        <span class="muted">
          {runs.length < answer.matched ? `${runs.length} of ${formatCount(answer.matched)} runs` : ""}
          {block.filter && (
            <>
              {" "}
              where <code>{block.filter}</code>
            </>
          )}
        </span>
      </figcaption>
      {view.open && block.keys.includes(view.open) && <ChartDialog name={view.open} {...shared} revision={revision} ask={askSeries} />}
    </figure>
  );
}
