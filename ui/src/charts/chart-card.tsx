import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ChartMenu } from "./chart-menu";
import { ChartTable } from "./chart-table";
import css from "./charts.module.css";
import { linesToCsv } from "./csv";
import { savePicture, saveText } from "./download";
import { areFinalValues, FinalValues, SingleValue } from "./final-values";
import { LineChart } from "./line-chart";
import { groupLines, type Values } from "./groups";
import { findExtent, findLimit, prepareLines, type ChartRun } from "./lines";
import type { SeriesLoader } from "./loader";
import { describeDensity, describeRange } from "./summary";
import { resolveColor } from "./theme";
import { query, writeQuery } from "../lib/location";
import { copyAndSay } from "../shell/copy";
import { copyCode, serverAddress } from "../plots/export";
import type { Figure, Refusal } from "../plots/figure";
import { writeLinePython } from "../plots/python";
import { say } from "../shell/toasts";
import { useInView } from "./use-in-view";
import { type ChartView, type Range, writeView } from "./view";

export interface ChartCardProps {
  readonly name: string;
  /** The title, when the heading above says the rest of the name. */
  readonly title?: string;
  readonly runs: readonly ChartRun[];
  /** The runs of all facets, whose axes are the same; absent: `runs`. */
  readonly scope?: readonly ChartRun[];
  /** What puts runs into groups, drawn as mean and range; absent or null: a line a run. */
  readonly groups?: Values | null;
  /** What else the menu offers. */
  readonly items?: readonly { readonly label: string; readonly act: () => void }[];
  readonly loader: SeriesLoader;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly group: string;
  readonly focused: Signal<string>;
  readonly height: number;
  /** Whether this is the one chart shown large. */
  readonly isLarge?: boolean;
}

/** One metric: title, range, menu and chart; reads its series only while it is in view. */
export function ChartCard(props: ChartCardProps) {
  const { name, title = name, runs, scope = runs, groups = null, items = [], loader, view, onView, group, focused, height, isLarge = false } = props;
  const card = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const bars = useRef<Figure | Refusal | null>(null);
  const [isTable, setTable] = useState(false);
  const isInView = useInView(card);
  const cell = loader.cell(name).value;
  const logY = view.logY.includes(name);
  const prepare = (some: readonly ChartRun[]) => {
    const prepared = prepareLines(some, cell.series ?? new Map(), view);
    return groups ? groupLines(prepared, groups) : prepared;
  };
  const lines = useMemo(() => prepare(runs), [runs, cell.series, view.x, view.smooth, view.smoothing, groups]);
  const all = useMemo(
    () => (scope === runs ? lines : prepare(scope)),
    [scope, lines, cell.series, view.x, view.smooth, view.smoothing, groups],
  );
  const extent = useMemo(() => findExtent(lines, view.range, { logX: view.logX, logY }), [lines, view, logY]);
  const density = describeDensity(lines.length);
  const finals = !groups && areFinalValues(lines, view) ? lines.length : 0;
  const range = lines.length > 0 && finals !== 1 ? describeRange(extent) : "";

  useEffect(() => {
    loader.want(name, isInView);
    return () => loader.want(name, false);
  }, [loader, name, isInView]);

  const hasBars = finals > 1;
  const onPicture = () => {
    const drawn = hasBars ? card.current?.querySelector("canvas") : canvas.current;
    if (!drawn || finals === 1) return say("One value makes no picture. Save it as CSV instead.");
    savePicture(name, drawn, { background: resolveColor("var(--surface)"), ink: resolveColor("var(--ink)") });
  };
  const axisName = view.x === "metric" ? view.xKey : view.x === "time" ? "timestamp_ms" : view.x;
  const onCsv = () => saveText(name, "csv", linesToCsv(name, lines, axisName));
  const onSvg = async () => {
    if (hasBars && bars.current && "scene" in bars.current) {
      const { sceneToSvg } = await import("../plots/figures");
      saveText(title, "svg", sceneToSvg(title, bars.current.scene, resolveColor));
      return;
    }
    const { lineSvg } = await import("../plots/line-scene");
    const size = { width: card.current?.clientWidth ?? 640, height: Math.max(height, 240) };
    saveText(title, "svg", lineSvg(title, { lines, extent: findExtent(all, view.range, { logX: view.logX, logY }, findLimit(all, view, name)), view, logY, ...size }));
  };
  const onPython = () => void copyCode(name, writeLinePython({ ...view, key: name, logY }, runs, serverAddress()));
  const onLink = () => {
    const { pathname } = location;
    void copyAndSay(new URL(`${pathname}${writeQuery(writeView(query.peek(), { ...view, open: name }))}`, location.href).href, "Link");
  };
  const onZoom = (range: Range | null) => onView({ ...view, range });
  const isEmpty = cell.series !== null && lines.length === 0;

  return (
    <section class={css.card} ref={card} aria-label={title === name || name.endsWith(`/${title}`) ? name : title} data-chart={name}>
      <header>
        <h3 title={title.startsWith(name) ? title : name}>{title}</h3>
        <span class={css.range} title={range}>
          {range}
        </span>
        <button
          type="button"
          class={css.icon}
          aria-label={isLarge ? `Close ${name}` : `Expand ${name}`}
          onClick={() => onView({ ...view, open: isLarge ? "" : name })}
        >
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d={isLarge ? "m4 4 8 8m0-8-8 8" : "M9.5 2.5h4v4m0-4-5 5m-2 6h-4v-4m0 4 5-5"} />
          </svg>
        </button>
        <ChartMenu
          {...{ name, view, onView, isTable, onPicture, onCsv, onPython, onLink, items }}
          onSvg={() => void onSvg()}
          onTable={() => setTable(!isTable)}
        />
      </header>
      {cell.error && (
        <p class={css.error} role="alert">
          {cell.error} <button type="button" class="button small" onClick={() => loader.retry()}>Retry</button>
        </p>
      )}
      {isTable ? (
        <ChartTable name={name} lines={lines} view={view} height={height} />
      ) : finals === 1 ? (
        <SingleValue line={lines[0]} view={view} height={height} />
      ) : isInView && hasBars ? (
        <FinalValues {...{ name, lines, height, focused }} onFigure={(figure) => void (bars.current = figure)} />
      ) : isInView && lines.length > 0 ? (
        <LineChart {...{ name, lines, view, scope: all, logY, group, focused, onZoom, height }} canvasRef={canvas} />
      ) : (
        <div class={css.blank} style={{ height: `${height}px` }} data-loading={cell.series === null && !cell.error}>
          {isEmpty ? (view.range ? "No points in this range" : "No points") : ""}
        </div>
      )}
      {density && <p class={css.note}>{density}</p>}
    </section>
  );
}
