/** A chart on a canvas: uPlot draws axes, grid and crosshair and knows the mouse; the lines are ours. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { drawFocused, drawLines, makeProjection, type Box } from "./draw";
import { findExtent, readLines, type Extent, type Line, type Reading } from "./lines";
import { formatSeconds, formatTick, formatTicks } from "./numbers";
import { resolveColor, themeVersion } from "./theme";
import type { Range, XAxis } from "./view";

export interface PlotAxes {
  readonly x: XAxis;
  readonly logX: boolean;
  readonly logY: boolean;
}

export interface PlotData {
  readonly lines: readonly Line[];
  /** The lines that the axes must hold: those of all facets. */
  readonly scope: readonly Line[];
  readonly range: Range | null;
  readonly smoothed: boolean;
  readonly bands: boolean;
  /** What the y axis shows; null for what the lines need. */
  readonly limit: Range | null;
  readonly focused: string;
}

/** Where the pointer is, and what the lines say there. */
export interface Hover {
  readonly left: number;
  readonly top: number;
  readonly x: number;
  /** By falling value. */
  readonly readings: readonly Reading[];
  /** The run whose line is under the pointer, or empty. */
  readonly near: string;
}

export interface PlotEvents {
  readonly onHover: (hover: Hover | null) => void;
  readonly onZoom: (range: Range | null) => void;
}

const NEAR_PX = 16;
const FADED = 0.22;
const FONT = '10px Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

/** Owns the canvas inside `host`; `destroy` gives it back. */
export class Plot {
  readonly #plot: uPlot;
  readonly #axes: PlotAxes;
  readonly #events: PlotEvents;
  #data: PlotData = { lines: [], scope: [], range: null, smoothed: false, bands: true, limit: null, focused: "" };
  #extent: Extent;
  #inside = false;
  readonly #base = document.createElement("canvas");
  #painted: readonly unknown[] = [];

  constructor(host: HTMLElement, axes: PlotAxes, group: string, events: PlotEvents) {
    this.#axes = axes;
    this.#events = events;
    this.#extent = findExtent([], null, axes);
    this.#plot = new uPlot(this.#options(host, group), [[0, 1], [0, 1]], host);
    this.#plot.over.addEventListener("mouseenter", () => {
      this.#inside = true;
    });
    this.#plot.over.addEventListener("mouseleave", () => {
      this.#inside = false;
      events.onHover(null);
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas;
  }

  get extent(): Extent {
    return this.#extent;
  }

  /** Draw these lines; with other `focused` only, no axis is computed anew. */
  show(data: PlotData): void {
    const isSame = (["lines", "scope", "range", "bands", "limit"] as const).every((part) => data[part] === this.#data[part]);
    this.#data = data;
    if (isSame) {
      this.#plot.redraw(false, false);
      return;
    }
    this.#extent = findExtent(data.scope, data.range, this.#axes, data.limit);
    const { x, y } = this.#extent;
    this.#plot.setData([
      [x.start, x.end],
      [y.start, y.end],
    ]);
  }

  /** Draw again, for the colours have changed. */
  redraw(): void {
    this.#plot.redraw(false, true);
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.#plot.setSize({ width, height });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #options(host: HTMLElement, group: string): uPlot.Options {
    const { x, logX, logY } = this.#axes;
    const range = (key: "x" | "y") => (): uPlot.Range.MinMax => [this.#extent[key].start, this.#extent[key].end];
    return {
      width: Math.max(host.clientWidth, 40),
      height: Math.max(host.clientHeight, 40),
      ms: 1,
      legend: { show: false },
      padding: [6, 8, 0, 0],
      scales: {
        x: { time: x === "time", distr: logX && x !== "time" ? 3 : 1, range: range("x") },
        y: { distr: logY ? 3 : 1, range: range("y") },
      },
      axes: [
        axisOf({ size: 22, space: 56, ...(x === "time" ? {} : { values: x === "relative" ? labelsOf(formatSeconds) : ticksOf(logX) }) }),
        axisOf({ size: widthOf, space: 28, values: ticksOf(logY) }),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        bind: { dblclick: () => () => (this.#events.onZoom(null), null) },
        sync: { key: group, setSeries: false, scales: ["x", null], filters: { sub: isMove } },
      },
      hooks: {
        draw: [() => this.#draw()],
        setCursor: [() => this.#hover()],
        setSelect: [() => this.#select()],
      },
    };
  }

  #draw(): void {
    const { ctx, bbox } = this.#plot;
    const { lines, focused } = this.#data;
    const front = focused ? lines.find(({ run }) => run.runId === focused) : undefined;
    ctx.save();
    ctx.globalAlpha = front ? FADED : 1;
    ctx.drawImage(this.#paint(bbox), 0, 0);
    ctx.restore();
    if (front) drawFocused(ctx, front, makeProjection(bbox, this.#extent, this.#axes), bbox, this.#style());
  }

  #style() {
    return { ratio: uPlot.pxRatio, color: resolveColor, smoothed: this.#data.smoothed, bands: this.#data.bands, density: resolveColor("var(--ink-3)") };
  }

  /** Return the picture of all lines, which is kept until something but the focus changes. */
  #paint(bbox: Box): HTMLCanvasElement {
    const { canvas } = this.#plot.ctx;
    const { lines, smoothed, bands } = this.#data;
    const now = [lines, this.#extent, smoothed, bands, themeVersion.peek(), canvas.width, canvas.height, bbox.left, bbox.top, bbox.width, bbox.height];
    if (now.every((part, index) => part === this.#painted[index])) return this.#base;
    this.#painted = now;
    this.#base.width = canvas.width;
    this.#base.height = canvas.height;
    const context = this.#base.getContext("2d");
    if (context) drawLines(context, lines, makeProjection(bbox, this.#extent, this.#axes), bbox, this.#style());
    return this.#base;
  }

  #hover(): void {
    const { left, top } = this.#plot.cursor;
    if (!this.#inside || left === undefined || top === undefined || left < 0) return;
    const x = this.#plot.posToVal(left, "x");
    const tolerance = Math.abs(this.#plot.posToVal(left + NEAR_PX, "x") - x);
    const readings = readLines(this.#data.lines, x, tolerance);
    let near = "";
    let nearest = NEAR_PX;
    for (const reading of readings) {
      const distance = Math.abs(this.#plot.valToPos(reading.value, "y") - top);
      if (distance < nearest) [near, nearest] = [reading.run.runId, distance];
    }
    this.#events.onHover({ left: left + this.#plot.over.offsetLeft, top, x, readings, near });
  }

  #select(): void {
    const { left, width } = this.#plot.select;
    if (width < 3) return;
    const start = this.#plot.posToVal(left, "x");
    const end = this.#plot.posToVal(left + width, "x");
    this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onZoom({ start: round(start, end - start), end: round(end, end - start) });
  }
}

/** Give the labels of the y axis the room they need. */
const widthOf = (_: uPlot, labels: string[] | null): number =>
  Math.min(72, 16 + 6 * Math.max(3, ...(labels ?? []).map((label) => label.length)));

const isMove = (type: string): boolean => type === "mousemove" || type === "mouseleave";

const labelsOf = (format: (value: number) => string) => (_: uPlot, splits: number[]) =>
  splits.map((split) => (split === null ? "" : format(split)));

/** What is written along an axis of numbers: on a logarithmic one, uPlot leaves out some. */
const ticksOf = (isLog: boolean) => (isLog ? labelsOf(formatTick) : (_: uPlot, splits: number[]) => formatTicks(splits));

function axisOf(own: Partial<uPlot.Axis>): uPlot.Axis {
  return {
    stroke: () => resolveColor("var(--ink-3)"),
    font: FONT,
    grid: { stroke: () => resolveColor("var(--line)"), width: 1 },
    ticks: { show: false },
    gap: 5,
    ...own,
  };
}

/** Round to the digits that matter at this width, so that URLs stay short. */
function round(value: number, width: number): number {
  const digits = Math.min(Math.max(3 - Math.floor(Math.log10(width)), 0), 20);
  return Number(value.toFixed(digits));
}
