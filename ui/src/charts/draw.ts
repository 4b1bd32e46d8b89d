/** Draw lines on a canvas whose axes somebody else draws. */

import { findMiddle } from "./density";
import type { Line } from "./lines";
import type { Series } from "./series";
import type { Range } from "./view";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Projection {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export interface Style {
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  readonly color: (css: string) => string;
  /** Whether the values are smoothed, so that the logged ones are drawn faintly beneath. */
  readonly smoothed: boolean;
  /** The colour of lines beyond `MAX_LINES`. */
  readonly density: string;
  /** Whether the range of each bucket is drawn behind its line. */
  readonly bands: boolean;
}

/** More lines than this are drawn as grey density. */
export const MAX_LINES = 200;
const MAX_BANDS = 24;
const MANY = 30;

const axis = (range: Range, from: number, to: number, log: boolean): ((value: number) => number) => {
  if (!log) {
    const scale = (to - from) / (range.end - range.start);
    return (value) => from + (value - range.start) * scale;
  }
  const start = Math.log10(range.start);
  const scale = (to - from) / (Math.log10(range.end) - start);
  return (value) => (value > 0 ? from + (Math.log10(value) - start) * scale : Number.NaN);
};

/** Make the functions from values to pixels; what a logarithmic axis cannot show becomes NaN. */
export function makeProjection(
  box: Box,
  ranges: { readonly x: Range; readonly y: Range },
  log: { readonly logX: boolean; readonly logY: boolean },
): Projection {
  return {
    x: axis(ranges.x, box.left, box.left + box.width, log.logX),
    y: axis(ranges.y, box.top + box.height, box.top, log.logY),
  };
}

/** Trace values, lifting the pen at what is not finite; single points between gaps become short strokes. */
export function tracePath(path: Path2D, x: Float64Array, values: Float64Array, to: Projection): void {
  let length = 0;
  let [lastX, lastY] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const px = to.x(x[i] ?? Number.NaN);
    const py = to.y(values[i] ?? Number.NaN);
    if (Number.isFinite(px) && Number.isFinite(py)) {
      if (length === 0) path.moveTo(px, py);
      else path.lineTo(px, py);
      length++;
      [lastX, lastY] = [px, py];
      continue;
    }
    if (length === 1) path.lineTo(lastX + 0.01, lastY);
    length = 0;
  }
  if (length === 1) path.lineTo(lastX + 0.01, lastY);
}

/** Trace the outline between `low` and `high`, one piece per stretch of finite values. */
export function traceBand(path: Path2D, { x, low, high }: Pick<Series, "x" | "low" | "high">, to: Projection): void {
  const isFinite = (i: number) =>
    Number.isFinite(to.x(x[i] ?? Number.NaN)) &&
    Number.isFinite(to.y(low[i] ?? Number.NaN)) &&
    Number.isFinite(to.y(high[i] ?? Number.NaN));
  let start = 0;
  while (start < x.length) {
    let end = start;
    while (end < x.length && isFinite(end)) end++;
    if (end - start > 1) {
      path.moveTo(to.x(x[start] ?? 0), to.y(high[start] ?? 0));
      for (let i = start + 1; i < end; i++) path.lineTo(to.x(x[i] ?? 0), to.y(high[i] ?? 0));
      for (let i = end - 1; i >= start; i--) path.lineTo(to.x(x[i] ?? 0), to.y(low[i] ?? 0));
      path.closePath();
    }
    start = Math.max(end, start + 1);
  }
}

function drawInfinities(context: CanvasRenderingContext2D, line: Line, to: Projection, box: Box, size: number): void {
  const { x } = line;
  const { low, high } = line.series;
  for (let i = 0; i < x.length; i++) {
    const above = high[i] === Infinity;
    if (!above && low[i] !== -Infinity) continue;
    const px = to.x(x[i] ?? Number.NaN);
    if (px < box.left || px > box.left + box.width) continue;
    const edge = above ? box.top : box.top + box.height;
    const base = above ? edge + size : edge - size;
    context.beginPath();
    context.moveTo(px, edge);
    context.lineTo(px - size / 2, base);
    context.lineTo(px + size / 2, base);
    context.fill();
  }
}

function strokeValues(context: CanvasRenderingContext2D, x: Float64Array, values: Float64Array, to: Projection): void {
  const path = new Path2D();
  tracePath(path, x, values, to);
  context.stroke(path);
}

function drawPoint(context: CanvasRenderingContext2D, line: Line, to: Projection, radius: number): void {
  context.beginPath();
  context.arc(to.x(line.x[0] ?? Number.NaN), to.y(line.values[0] ?? Number.NaN), radius, 0, 2 * Math.PI);
  context.fill();
}

function drawLine(context: CanvasRenderingContext2D, line: Line, to: Projection, box: Box, style: Style, many: boolean): void {
  const color = style.color(line.run.color);
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineCap = "round";
  if (style.smoothed && !many) {
    context.globalAlpha = 0.25;
    context.lineWidth = style.ratio;
    strokeValues(context, line.x, line.series.last, to);
  }
  context.globalAlpha = 1;
  context.lineWidth = (many ? 1 : 1.6) * style.ratio;
  context.setLineDash(line.run.dash.map((part) => part * style.ratio));
  strokeValues(context, line.x, line.values, to);
  context.setLineDash([]);
  if (line.x.length === 1) drawPoint(context, line, to, 3 * style.ratio);
  drawInfinities(context, line, to, box, 7 * style.ratio);
}

function drawBand(context: CanvasRenderingContext2D, line: Line, to: Projection, style: Style): void {
  const path = new Path2D();
  traceBand(path, { ...line.series, x: line.x }, to);
  context.fillStyle = style.color(line.run.color);
  context.globalAlpha = 0.16;
  context.fill(path);
}

/** Draw lines that are too many for colours: faint, over the band of their middle 80 %. */
function drawDensity(context: CanvasRenderingContext2D, lines: readonly Line[], to: Projection, style: Style): void {
  const path = new Path2D();
  traceBand(path, findMiddle(lines), to);
  context.fillStyle = style.density;
  context.globalAlpha = 0.18;
  context.fill(path);
  context.strokeStyle = style.density;
  context.globalAlpha = 0.08;
  context.lineWidth = style.ratio;
  for (const line of lines) strokeValues(context, line.x, line.values, to);
}

function clipTo(context: CanvasRenderingContext2D, box: Box): void {
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
}

/** Draw the lines inside `box`: density first, then the bands of downsampled series, then the lines. */
export function drawLines(
  context: CanvasRenderingContext2D,
  lines: readonly Line[],
  to: Projection,
  box: Box,
  style: Style,
): void {
  clipTo(context, box);
  if (lines.length > MAX_LINES) drawDensity(context, lines.slice(MAX_LINES), to, style);
  const shown = lines.slice(0, MAX_LINES);
  if (style.bands && shown.length <= MAX_BANDS) {
    for (const line of shown) if (!line.series.raw) drawBand(context, line, to, style);
  }
  for (const line of shown) drawLine(context, line, to, box, style, shown.length > MANY);
  context.restore();
}

/** Draw one line in front of a faded picture of all. */
export function drawFocused(context: CanvasRenderingContext2D, line: Line, to: Projection, box: Box, style: Style): void {
  clipTo(context, box);
  if (style.bands && !line.series.raw) drawBand(context, line, to, style);
  drawLine(context, line, to, box, style, false);
  context.restore();
}
