/** Parallel coordinates: one axis a field, one line a run; what is brushed on the axes stays, the rest fades. */

import { formatTick } from "../charts/numbers";
import { makeAxis, writeValue, type Axis } from "./axis";
import { colorOf, type Figure, type FigureInput, type Hit, MAX_LINES, paintOf, type Refusal } from "./figure";
import type { Field, Frame } from "./frame";
import { drawLegend, LEGEND_WIDTH } from "./palette";
import { box, curve, easeCurve, type Label, lineTo, polyline, type Shape, shorten } from "./scene";
import type { Brush, PlotSpec } from "./spec";

const TOP = 34;
const FOOT = 22;
const NEAR = 10;
const LEGEND_FROM = 520;
/** More lines than this are straight between the axes, which is quicker. */
const MAX_CURVES = 2000;

export interface ParallelAxis extends Axis {
  readonly id: string;
  readonly x: number;
}

export interface ParallelLayout {
  readonly axes: readonly ParallelAxis[];
  readonly top: number;
  readonly bottom: number;
}

/** Whether a run is inside all brushes. */
export function isInside(frame: Frame, brushes: readonly Brush[], row: number): boolean {
  return brushes.every((brush) => isWithin(frame.field(brush.field), brush, row));
}

function isWithin(field: Field, brush: Brush, row: number): boolean {
  if (brush.texts.length > 0) return brush.texts.includes(field.texts[row] ?? "");
  const value = field.numbers[row] ?? Number.NaN;
  return value >= brush.low && value <= brush.high;
}

/** Narrow charts have no room for it; the colour is that of an axis, as a rule. */
const hasLegend = (spec: PlotSpec, width: number): boolean => spec.color !== "" && width >= LEGEND_FROM;

/** Place the axes. */
export function layOut(spec: PlotSpec, frame: Frame, width: number, height: number): ParallelLayout {
  const bottom = height - FOOT;
  const left = 46;
  const right = width - (hasLegend(spec, width) ? LEGEND_WIDTH + 50 : 62);
  const axes = spec.axes.map((id, index): ParallelAxis => {
    const x = spec.axes.length > 1 ? left + ((right - left) * index) / (spec.axes.length - 1) : (left + right) / 2;
    const isLog = spec.log.includes(id);
    return { id, x, ...makeAxis(frame.field(id), { from: bottom, to: TOP, isLog, tickCount: Math.max(3, Math.floor(height / 90)) }) };
  });
  return { axes, top: TOP, bottom };
}

/** Change the brush of an axis for what was dragged on it; null removes it. */
export function brushBetween(axis: ParallelAxis, from: number, to: number): Brush | null {
  const [high, low] = [Math.min(from, to), Math.max(from, to)];
  if (low - high < 3) return null;
  if (axis.categories.length > 0) {
    const texts = axis.ticks.filter(({ at }) => at >= high && at <= low).map(({ text }) => text);
    return texts.length > 0 ? { field: axis.id, low: Number.NaN, high: Number.NaN, texts } : null;
  }
  const ends = [axis.invert(low), axis.invert(high)].map((value) => Number(value.toPrecision(4)));
  return { field: axis.id, low: Math.min(...ends), high: Math.max(...ends), texts: [] };
}

/** Draw `spec.axes`, coloured by `spec.color`. */
export function drawParallel(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height, runs } = input;
  if (spec.axes.length < 2) return { reason: "Parallel coordinates need at least two axes." };
  const layout = layOut(spec, frame, width, height);
  const { axes } = layout;
  const color = spec.color ? frame.field(spec.color) : null;
  const paint = paintOf(input);
  const chosenFirst = frame.runIds.map((_, row) => row).sort((a, b) => Number(runs.has(frame.runIds[b] ?? "")) - Number(runs.has(frame.runIds[a] ?? "")));
  const rows = chosenFirst.filter((row) => axes.filter((axis) => axis.field.isThere(row)).length > 1);
  const inside = rows.filter((row) => isInside(frame, spec.brushes, row));
  const insideSet = new Set(inside);
  const ordered = [...inside, ...rows.filter((row) => !insideSet.has(row))];
  const isStraight = rows.length > MAX_CURVES;
  const pathOf = (row: number) => (isStraight ? polyline : curve)(axes.map((axis) => [axis.x, axis.place(row)] as const));
  const lines: Shape[] = ordered.slice(0, MAX_LINES).map((row) => {
    const run = frame.runIds[row] ?? "";
    const isChosen = runs.has(run);
    const stroke = paint ? (paint.of(row) ?? "var(--ink-3)") : colorOf(runs, run);
    const strength = isChosen ? 1 : rows.length > 60 ? 0.5 : 0.75;
    return { path: pathOf(row), stroke, width: isChosen ? 2 : 1.2, alpha: insideSet.has(row) ? strength : 0.07, run, ...(isChosen ? { dash: runs.get(run)?.dash ?? [] } : {}) };
  });
  const density: Shape[] = ordered.slice(MAX_LINES).map((row) => ({ path: pathOf(row), stroke: "var(--ink-3)", alpha: 0.1, width: 1 }));
  const frames = axes.flatMap((axis) => drawAxis(axis, layout, spec));
  const room = (axes[1]?.x ?? width) - (axes[0]?.x ?? 0);
  const legend = paint && color && hasLegend(spec, width) ? drawLegend(paint, color.title, width - LEGEND_WIDTH, TOP) : { shapes: [], labels: [] };
  return {
    scene: {
      width,
      height,
      shapes: [...density, ...lines.toReversed(), ...frames.flatMap(({ shapes }) => shapes), ...legend.shapes],
      labels: [...frames.flatMap(({ labels }) => labels), ...legend.labels],
      headings: axes.map(({ x, field }) => ({ x, y: 12, text: shorten(field.title, room), align: "center", color: "var(--ink)", size: 11, isBold: true })),
    },
    find: (x, y) => findLine({ frame, axes, rows: ordered.slice(0, MAX_LINES), isStraight }, x, y),
    sentence: `Parallel coordinates of ${rows.length} runs over ${axes.map(({ field }) => field.title).join(", ")}${spec.brushes.length > 0 ? `; ${inside.length} within the ranges` : ""}.`,
    sheet: {
      head: ["run_id", "run", ...axes.map(({ field }) => field.title)],
      rows: inside.map((row) => [frame.runIds[row] ?? "", frame.names[row] ?? "", ...axes.map(({ field }) => field.texts[row] ?? "")]),
    },
    note: [
      spec.brushes.length > 0 ? `${inside.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} runs within the ranges` : "",
      rows.length > MAX_LINES ? `${rows.length.toLocaleString("en")} lines: ${MAX_LINES} drawn as lines, the rest as density` : "",
    ].filter(Boolean).join(" · "),
  };
}

function drawAxis(axis: ParallelAxis, { top, bottom }: ParallelLayout, spec: PlotSpec): { shapes: Shape[]; labels: Label[] } {
  const { x } = axis;
  const shapes: Shape[] = [{ path: lineTo(x, top, x, bottom), stroke: "var(--line-strong)" }];
  const labels: Label[] = [];
  const every = Math.ceil(axis.ticks.length / Math.max(3, (bottom - top) / 14));
  for (const [index, { at, text }] of axis.ticks.entries()) {
    if (index % every !== 0) continue;
    shapes.push({ path: lineTo(x - 3, at, x, at), stroke: "var(--line-strong)" });
    labels.push({ x: x + 5, y: at, text: shorten(text, 60), color: "var(--ink)", hasHalo: true });
  }
  const brush = spec.brushes.find(({ field }) => field === axis.id);
  if (!brush) return { shapes, labels };
  const spans = brush.texts.length > 0
    ? axis.ticks.filter(({ text }) => brush.texts.includes(text)).map(({ at }) => [at - 6, at + 6] as const)
    : [[axis.put(Math.max(brush.high, brush.low)), axis.put(brush.low)] as const];
  for (const [a, b] of spans) {
    const [from, to] = [Number.isFinite(a) ? a : top, Number.isFinite(b) ? b : bottom];
    const clipped = [Math.max(top - 6, Math.min(from, to)), Math.min(bottom + 6, Math.max(from, to))] as const;
    shapes.push({ path: box(x - 7, clipped[0], 14, clipped[1] - clipped[0]), fill: "var(--accent)", alpha: 0.28 });
  }
  if (brush.texts.length === 0) {
    labels.push({ x, y: bottom + 12, text: `${formatTick(brush.low)} – ${formatTick(brush.high)}`, align: "center", color: "var(--accent)", hasHalo: true });
  }
  return { shapes, labels };
}

interface Drawn {
  readonly frame: Frame;
  readonly axes: readonly ParallelAxis[];
  readonly rows: readonly number[];
  readonly isStraight: boolean;
}

function findLine({ frame, axes, rows, isStraight }: Drawn, x: number, y: number): Hit | null {
  const right = axes.findIndex((axis, index) => index > 0 && axis.x >= x);
  const after = axes[right];
  const before = axes[right - 1];
  if (!before || !after || x < before.x - NEAR) return null;
  const across = Math.min(1, Math.max(0, (x - before.x) / (after.x - before.x || 1)));
  const share = isStraight ? across : easeCurve(across);
  let [nearest, best, at] = [NEAR, -1, 0];
  for (const row of rows) {
    const place = before.place(row) + (after.place(row) - before.place(row)) * share;
    if (Math.abs(place - y) >= nearest) continue;
    [nearest, best, at] = [Math.abs(place - y), row, place];
  }
  if (best < 0) return null;
  return {
    run: frame.runIds[best] ?? "",
    x,
    y: at,
    title: frame.names[best] ?? "",
    rows: axes.map(({ field }) => [field.title, writeValue(field, best)] as const),
  };
}
