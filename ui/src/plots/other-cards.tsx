import type { Signal } from "@preact/signals";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { callNative } from "../api/client";
import type { MeasureImportanceResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { askSeries } from "../charts/ask";
import { ChartCard } from "../charts/chart-card";
import chartCss from "../charts/charts.module.css";
import type { ChartRun } from "../charts/lines";
import { SeriesLoader } from "../charts/loader";
import { makeRequest } from "../charts/request";
import { type ChartView, type Range, readAxis } from "../charts/view";
import { Markdown } from "../preview/markdown";
import { copyCode, serverAddress } from "./export";
import type { Build } from "./figure-view";
import { CardHead, type MenuItem, PlotCard } from "./plot-card";
import css from "./plots.module.css";
import { writePython } from "./python";
import { type PlotSpec, titleOfSpec } from "./spec";
import { hashOf, MAX_FRAME_RUNS } from "./use-frame";

interface CardProps {
  readonly spec: PlotSpec;
  readonly items: readonly MenuItem[];
  readonly height: number;
  readonly focused: Signal<string>;
}

const WIDTH = 480;

/** A line chart that was added, with an x axis of its own. */
export function LineCard({ spec, items, height, focused, runs, view, onView, revision }: CardProps & {
  readonly runs: readonly ChartRun[];
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
}) {
  const group = useId();
  const loader = useRef<SeriesLoader | null>(null);
  loader.current ??= new SeriesLoader(askSeries);
  const { current } = loader;
  const axis = spec.x ? readAxis(spec.x) : view;
  const isShared = axis.x === view.x && axis.xKey === view.xKey;
  // A zoom is one along an x axis: that of the other charts means nothing on another one.
  const [zoom, setZoom] = useState<Range | null>(null);
  const own = useMemo(
    () => ({ ...view, x: axis.x, xKey: axis.xKey, range: isShared ? view.range : zoom }),
    [axis.x, axis.xKey, isShared, zoom, view],
  );
  useEffect(() => {
    current.aim(makeRequest(runs, own, WIDTH), revision);
  }, [current, runs, own, revision]);
  useEffect(() => () => current.stop(), [current]);
  const title = titleOfSpec({ ...spec, x: own.x === "metric" ? own.xKey : "" });
  const change = ({ open, logX, logY, range, bands, limits }: ChartView) => {
    if (!isShared) setZoom(range);
    onView({ ...view, open, logX, logY, bands, limits, ...(isShared ? { range } : {}) });
  };
  return <ChartCard {...{ runs, group, focused, height, items, title }} name={spec.y} loader={current} view={own} onView={change} />;
}

/** What matters for a metric, measured by the server. */
export function ImportanceCard({ spec, items, height, focused, runIds, revision }: CardProps & { readonly runIds: readonly string[]; readonly revision: number }) {
  const ids = useMemo(() => runIds.slice(0, MAX_FRAME_RUNS), [runIds]);
  const hash = useMemo(() => hashOf(ids.join()), [ids]);
  const answer = useQuery<{ readonly metric: string; readonly found: MeasureImportanceResponse }>({
    key: ["importance", hash, spec.y],
    revision,
    ask: async (signal) => ({ metric: spec.y, found: await callNative("runs/importance", { run_ids: ids, metric: spec.y }, signal) }),
    enabled: ids.length > 0 && spec.y !== "",
  });
  const { error, refetch } = answer;
  // While another metric is measured, the answer before it is still there.
  const data = answer.data?.metric === spec.y ? answer.data.found : null;
  const build = useCallback<Build>(
    (module, width, room) => (data ? module.drawImportance(spec.y, data, width, room) : { reason: error ? error.message : "Measuring…" }),
    [data, error, spec.y],
  );
  const title = titleOfSpec(spec);
  return (
    <PlotCard {...{ title, build, height, focused, items }} onPython={() => void copyCode(title, writePython(spec, ids, serverAddress()))}>
      {error && (
        <button type="button" class="button small" onClick={() => void refetch()}>
          Retry
        </button>
      )}
    </PlotCard>
  );
}

/** Words between the charts. */
export function NoteCard({ spec, items }: Pick<CardProps, "spec" | "items">) {
  return (
    <section class={chartCss.card} aria-label="Note" data-plot="Note">
      <CardHead title="Note" items={items} />
      <div class={css.note}>
        <Markdown text={spec.text} />
      </div>
    </section>
  );
}
