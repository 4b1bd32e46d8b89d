/** One metric as a card: title, lines, tooltip; drag zooms, double click resets. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { findExtent, prepareLines } from "../charts/lines";
import { formatValue, formatX } from "../charts/numbers";
import { Plot, type Hover } from "../charts/plot";
import { describeChart, describeRange } from "../charts/summary";
import { Swatch } from "../charts/swatch";
import type { Range } from "../charts/view";
import css from "./notebook.module.css";
import type { NotebookState } from "./state";
import { colorOf } from "./theme";

const MAX_READINGS = 10;

interface NotebookChartProps {
  readonly name: string;
  readonly state: NotebookState;
  /** Runs that the reader switched off. */
  readonly hidden: ReadonlySet<string>;
  readonly dark: boolean;
  /** Charts of one group share the crosshair. */
  readonly group: string;
}

export function NotebookChart({ name, state, hidden, dark, group }: NotebookChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [range, setRange] = useState<Range | null>(null);
  const { x, logY, smooth } = state;
  const series = state.series.get(name);
  const lines = useMemo(
    () => prepareLines(runsIn(state, hidden, dark), series ?? new Map(), { x, smooth }),
    [state, series, hidden, dark, x, smooth],
  );
  const extent = findExtent(lines, range, { logX: false, logY });

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new Plot(element, { x, logX: false, logY }, group, { onHover: setHover, onZoom: setRange });
    made.canvas.setAttribute("role", "img");
    plot.current = made;
    const observer = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [x, logY, group]);

  const near = hover?.near ?? "";
  useEffect(() => {
    const data = { lines, scope: lines, range, smoothed: smooth > 0, bands: true, limit: null, focused: lines.length > 1 ? near : "" };
    plot.current?.show(data);
    plot.current?.canvas.setAttribute("aria-label", describeChart(name, lines, extent));
  }, [lines, range, smooth, near, x, logY, group]);
  useEffect(() => plot.current?.redraw(), [dark]);

  return (
    <figure class={css.card} data-chart={name}>
      <figcaption class={css.caption}>
        <strong class={css.name}>{name}</strong> <span>{lines.length > 0 ? describeRange(extent) : "no points yet"}</span>
      </figcaption>
      <div class={css.plot} style={{ height: `${state.height}px` }}>
        <div class={css.host} ref={host} data-lines={lines.length} />
        {hover && <Readings hover={hover} x={x} />}
      </div>
    </figure>
  );
}

/** Return the runs to draw, in colours that a canvas knows. */
function runsIn(state: NotebookState, hidden: ReadonlySet<string>, dark: boolean) {
  return state.runs
    .filter(({ runId }) => !hidden.has(runId))
    .map((run) => ({ ...run, color: colorOf(run.color, dark) }));
}

function Readings({ hover, x }: { readonly hover: Hover; readonly x: NotebookState["x"] }) {
  const { readings, left, near } = hover;
  if (readings.length === 0) return null;
  return (
    <div class={css.tooltip} aria-hidden="true" style={{ left: `${left}px` }} data-side={left > 160 ? "left" : "right"}>
      <div>{formatX(readings[0]?.x ?? hover.x, x)}</div>
      {readings.slice(0, MAX_READINGS).map(({ run, value }) => (
        <div key={run.runId} class={css.reading} data-near={run.runId === near}>
          <Swatch color={run.color} dash={run.dash} />
          <span class={css.runName}>{run.name}</span>
          <span>{formatValue(value)}</span>
        </div>
      ))}
      {readings.length > MAX_READINGS && <div>and {readings.length - MAX_READINGS} more</div>}
    </div>
  );
}
