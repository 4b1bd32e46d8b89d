import { useEffect, useMemo, useState } from "preact/hooks";
import { askSeries } from "../charts/ask";
import { formatCount, formatValue } from "../charts/numbers";
import { formatNumber } from "../lib/format";
import { decodeSeries, findExtremes, type Series } from "../charts/series";
import css from "../panels/panels.module.css";
import { guessBest, type Metric, type RunDetails } from "./model";
import { splitKey, writeContext } from "./metrics/courses";
import own from "./run.module.css";
import { Sparkline } from "./sparkline";

/** What the server reads at once. */
const PAGE = 100;
/** Of more rows, some are scrolled to, so that the params stay near. */
const FIT = 16;
/** Enough for the exact step of a best value in most runs; fewer when there are many metrics. */
const BUCKETS = { few: 400, many: 80 };
const MANY_METRICS = 40;

interface Known {
  readonly runId: string;
  readonly series: ReadonlyMap<string, Series>;
}

function useSeries(runId: string, keys: readonly string[], revision: number): { known: Known; error: string } {
  const [known, setKnown] = useState<Known>({ runId, series: new Map() });
  const [error, setError] = useState("");
  const wanted = keys.join("\n");
  useEffect(() => {
    if (!wanted) return undefined;
    const controller = new AbortController();
    const names = wanted.split("\n");
    const buckets = names.length > MANY_METRICS ? BUCKETS.many : BUCKETS.few;
    const query = { runIds: [runId], keys: names, x: "step", start: null, end: null, buckets } as const;
    askSeries(query, controller.signal).then(
      (buffer) => {
        setKnown({ runId, series: new Map(decodeSeries(buffer).map((series) => [series.key, series])) });
        setError("");
      },
      (failure: unknown) => {
        if (!controller.signal.aborted) setError(failure instanceof Error ? failure.message : String(failure));
      },
    );
    return () => controller.abort();
  }, [runId, wanted, revision]);
  return { known: known.runId === runId ? known : { runId, series: new Map() }, error };
}

interface MetricRowProps {
  readonly metric: Metric;
  readonly series: Series | undefined;
  /** What stands under a metric's name: a context. Empty for the metric itself. */
  readonly context: string;
}

function MetricRow({ metric, series, context }: MetricRowProps) {
  const found = series ? findExtremes(series) : null;
  const best = guessBest(splitKey(metric.key).name);
  const [value, x] = best === "min" ? [found?.min, found?.minX] : [found?.max, found?.maxX];
  const isKnown = found !== null && best !== "" && value !== undefined && !Number.isNaN(value);
  // Of a bucket only the x of its last point is known, so the step of a downsampled best is rounded up to that.
  const at = series?.raw === false ? "≤ step" : "step";
  const write = (number: number | undefined) => (number === undefined ? "–" : formatNumber(number));
  return (
    <tr>
      <th scope="row" title={metric.key} data-context={context !== "" || undefined}>
        {context || metric.key}
      </th>
      <td>
        <Sparkline series={series} />
      </td>
      <td title={String(metric.value)}>{formatNumber(metric.value)}</td>
      <td title={isKnown ? String(value) : ""} class={own.best}>
        {isKnown ? (
          <>
            {best === "min" ? "↓" : "↑"} {write(value)} <small>{`${at} ${x === undefined ? "–" : formatValue(x)}`}</small>
          </>
        ) : (
          "–"
        )}
      </td>
      <td>{write(found?.min)}</td>
      <td>{write(found?.max)}</td>
    </tr>
  );
}

/** The metrics of a run: course, last, best, least and greatest value of each. */
export function MetricsTable({ run, metrics, revision }: { readonly run: RunDetails; readonly metrics: readonly Metric[]; readonly revision: number }) {
  const [page, setPage] = useState(0);
  const [search, setSearch] = useState("");
  const needle = search.trim().toLowerCase();
  const names = useMemo(() => new Set(metrics.map((metric) => metric.key)), [metrics]);
  const found = metrics.filter((metric) => metric.key.toLowerCase().includes(needle));
  const from = Math.min(page, Math.max(0, Math.ceil(found.length / PAGE) - 1)) * PAGE;
  const shown = found.slice(from, from + PAGE);
  const { known, error } = useSeries(run.runId, shown.map((metric) => metric.key), revision);
  return (
    <section class={css.panel} aria-labelledby="metrics-heading">
      <header>
        <h2 id="metrics-heading">Metrics</h2>
        <span class={css.count}>{formatCount(metrics.length)}</span>
        {metrics.length > 10 && (
          <input
            class="field" type="search"
            placeholder="Find"
            aria-label="Find metrics"
            value={search}
            onInput={(event) => {
              setSearch(event.currentTarget.value);
              setPage(0);
            }}
          />
        )}
      </header>
      {error && <p role="alert" class={css.error}>{`The history cannot be read. ${error}`}</p>}
      {metrics.length === 0 ? (
        <p class={css.hint}>
          No metrics yet. Log one with <code>hw.log_metric("loss", 0.25, step=1)</code>.
        </p>
      ) : (
        <div key={from} class={css.scroll} data-long={shown.length > FIT || undefined} tabIndex={0} role="region" aria-label="Metrics table">
          <table class={own.metrics}>
            <thead>
              <tr>
                <th scope="col">metric</th>
                <th scope="col">course</th>
                <th scope="col">last</th>
                <th scope="col">best</th>
                <th scope="col">min</th>
                <th scope="col">max</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((metric) => (
                <MetricRow
                  key={metric.key}
                  metric={metric}
                  series={known.series.get(metric.key)}
                  context={names.has(splitKey(metric.key).name) ? writeContext(splitKey(metric.key).context) : ""}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length === 0 && metrics.length > 0 && <p class={css.hint}>{`No metric matches “${search}”.`}</p>}
      {found.length > PAGE && (
        <div class={own.pager}>
          <button type="button" class="button small" disabled={from === 0} onClick={() => setPage(from / PAGE - 1)}>
            Previous
          </button>
          <button type="button" class="button small" disabled={from + PAGE >= found.length} onClick={() => setPage(from / PAGE + 1)}>
            Next
          </button>
          <span class={css.hint} role="status">
            {formatCount(from + 1)} to {formatCount(from + shown.length)} of {formatCount(found.length)}
          </span>
        </div>
      )}
    </section>
  );
}
