import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ChartTooltip } from "./chart-tooltip";
import css from "./charts.module.css";
import { findExtent, findLimit, type Line } from "./lines";
import type { Hover, Plot } from "./plot";
import { describeChart } from "./summary";
import { themeVersion } from "./theme";
import type { ChartView, Range } from "./view";

type PlotModule = typeof import("./plot");
let loaded: PlotModule | null = null;

/** Load the drawing code when the first chart is wanted. */
function usePlotModule(): PlotModule | null {
  const [module, setModule] = useState(loaded);
  useEffect(() => {
    if (module) return;
    void import("./plot").then((found) => {
      loaded = found;
      setModule(found);
    });
  }, [module]);
  return module;
}

export interface LineChartProps {
  readonly name: string;
  readonly lines: readonly Line[];
  /** The lines that the axes must hold: those of all facets. */
  readonly scope: readonly Line[];
  readonly view: ChartView;
  readonly logY: boolean;
  /** Charts of one group share the crosshair. */
  readonly group: string;
  readonly focused: Signal<string>;
  readonly onZoom: (range: Range | null) => void;
  readonly height: number;
  readonly canvasRef?: { current: HTMLCanvasElement | null };
}

/** Lines on a canvas with crosshair and tooltip; drag zooms, double click resets. */
export function LineChart({ name, lines, scope, view, logY, group, focused, onZoom, height, canvasRef }: LineChartProps) {
  const module = usePlotModule();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const hover = useSignal<Hover | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const { x, xKey, logX, range, smooth, bands } = view;
  const limit = useMemo(() => findLimit(scope, view, name), [scope, view, name]);
  const label = useMemo(
    () => describeChart(name, lines, findExtent(lines, range, { logX, logY })),
    [name, lines, range, logX, logY],
  );

  useEffect(() => {
    const element = host.current;
    if (!element || !module) return undefined;
    const made = new module.Plot(element, { x, logX, logY }, group, {
      onHover: (now) => {
        hover.value = now;
        focused.value = now?.near ?? "";
      },
      onZoom: (now) => zoom.current(now),
    });
    plot.current = made;
    if (canvasRef) canvasRef.current = made.canvas;
    made.canvas.setAttribute("role", "img");
    const observer = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
    observer.observe(element);
    const stopTheme = themeVersion.subscribe(() => made.redraw());
    return () => {
      observer.disconnect();
      stopTheme();
      made.destroy();
      plot.current = null;
    };
  }, [module, x, logX, logY, group, focused, hover, canvasRef]);

  useEffect(() => {
    const shown = plot.current;
    if (!shown) return undefined;
    shown.canvas.setAttribute("aria-label", label);
    const show = (run: string) => {
      shown.show({ lines, scope, range, smoothed: smooth > 0, bands, limit, focused: lines.length > 1 ? run : "" });
      host.current?.setAttribute("data-drawn", String(lines.length));
    };
    return focused.subscribe(show);
  }, [module, lines, scope, range, smooth, bands, limit, label, focused, x, logX, logY, group]);

  return (
    <div class={css.plot} style={{ height: `${height}px` }}>
      <div class={css.host} ref={host} />
      <ChartTooltip hover={hover} x={x} xKey={xKey} />
    </div>
  );
}
