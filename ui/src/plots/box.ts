/** Boxes and violins: how a metric spreads over the runs of each group. */

import { area as areaOf, curveBasis } from "d3-shape";
import { formatValue } from "../charts/numbers";
import { type Axis, TOP, drawBelow, drawLeft, makeAxis, measureBelow, measureTicks } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, type Refusal, rowsWith } from "./figure";
import type { Field } from "./frame";
import { finder, type Point } from "./points";
import { box, disc, lineTo, type Shape } from "./scene";

const MAX_POINTS = 400;
const VIOLIN_POINTS = 8;
const STEPS = 40;
const NEAR = 16;
const ALL = "all runs";

export interface Spread {
  readonly low: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly high: number;
}

/** Find the value below which the share `q` of ascending values lies, between neighbours. */
export function quantile(ascending: readonly number[], q: number): number {
  const place = (ascending.length - 1) * q;
  const below = ascending[Math.floor(place)] ?? Number.NaN;
  const above = ascending[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** Sum up values: quartiles, and the last values within one and a half times their distance. */
export function measureSpread(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  const [q1, median, q3] = [quantile(ascending, 0.25), quantile(ascending, 0.5), quantile(ascending, 0.75)];
  const reach = 1.5 * (q3 - q1);
  const low = ascending.find((value) => value >= q1 - reach) ?? q1;
  const high = ascending.findLast((value) => value <= q3 + reach) ?? q3;
  return { low, q1, median, q3, high };
}

/** Estimate the density of values at `STEPS` places from the least to the greatest; the greatest density is 1. */
export function estimateDensity(values: readonly number[]): { readonly at: number; readonly density: number }[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const width = 0.9 * deviation * values.length ** -0.2 || 1;
  const found = Array.from({ length: STEPS + 1 }, (_, step) => {
    const at = low + ((high - low) * step) / STEPS;
    return { at, density: values.reduce((sum, value) => sum + Math.exp(-0.5 * ((value - at) / width) ** 2), 0) };
  });
  const most = Math.max(...found.map(({ density }) => density));
  return found.map(({ at, density }) => ({ at, density: density / most }));
}

interface Groups {
  readonly shapes: Shape[];
  readonly points: Point[];
  readonly table: string[][];
}

/** Draw how `spec.y` spreads within each value of `spec.x`. */
export function drawBoxes(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height } = input;
  const field = frame.field(spec.y);
  if (field.kind === "text") return { reason: `${field.title} holds texts; boxes need numbers.` };
  const rows = rowsWith(frame, [spec.y, spec.x]);
  if (rows.length === 0) return { reason: "No run has a finite value here." };
  const groups: Field = spec.x
    ? { ...frame.field(spec.x), kind: "text" }
    : { ...field, id: "", title: "", kind: "text", texts: frame.runIds.map(() => ALL) };
  const shown = { ...field, numbers: Float64Array.from(field.numbers, (value, row) => (groups.texts[row] === null ? Number.NaN : value)) };
  const makeY = (bottom: number) =>
    makeAxis(shown, { from: bottom, to: TOP, isLog: spec.log.includes(spec.y), tickCount: Math.max(2, Math.floor(height / 50)) });
  const left = measureTicks(makeY(height - 36));
  const axisX = makeAxis(groups, { from: left, to: width - 10 });
  const bottom = height - measureBelow(axisX, width - left);
  const axisY = makeY(bottom);
  const area = { left, right: width - 10, top: TOP, bottom };
  const half = Math.min(60, ((area.right - left) / Math.max(1, axisX.categories.length)) * 0.38);
  const { shapes, points, table } = drawGroups(input, rows, axisX, axisY, half);
  const parts = [drawBelow(axisX, area), drawLeft(axisY, area)];
  const by = groups.title ? ` by ${groups.title}` : "";
  return {
    scene: { width, height, shapes: [...parts.flatMap((part) => part.shapes), ...shapes], labels: parts.flatMap(({ labels }) => labels) },
    find: finder(frame, points, NEAR, groups.title ? [field, groups] : [field]),
    sentence: `Boxes of ${field.title}${by}: ${rows.length} runs in ${table.length} groups.`,
    sheet: { head: [groups.title || "group", "runs", "min", "q1", "median", "q3", "max"], rows: table },
    note: [describeLacking(frame, rows.length), rows.length > MAX_POINTS ? `more than ${MAX_POINTS} runs: no single points` : ""].filter(Boolean).join(" · "),
  };
}

/** Draw each group at its place on the axis of groups, with its runs while they are few. */
function drawGroups({ frame, runs, spec }: FigureInput, rows: readonly number[], axisX: Axis, axisY: Axis, half: number): Groups {
  const field = frame.field(spec.y);
  const members = new Map<number, number[]>();
  for (const row of rows.filter((one) => Number.isFinite(axisY.place(one)))) {
    const at = axisX.place(row);
    const group = members.get(at);
    if (group) group.push(row);
    else members.set(at, [row]);
  }
  const made: Groups = { shapes: [], points: [], table: [] };
  for (const { at, text } of axisX.ticks) {
    const own = members.get(at) ?? [];
    const values = own.map((row) => field.numbers[row] ?? 0);
    if (values.length === 0) continue;
    const spread = measureSpread(values);
    made.table.push([text, String(own.length), ...[Math.min(...values), spread.q1, spread.median, spread.q3, Math.max(...values)].map(formatValue)]);
    made.shapes.push(...drawGroup(values, spread, at, half, axisY.put));
    if (rows.length > MAX_POINTS) continue;
    for (const [index, row] of own.entries()) {
      // Spread by a golden ratio, so that a picture is the same each time it is drawn.
      const x = at + (((index * 0.618034) % 1) - 0.5) * half * 0.9;
      const run = frame.runIds[row] ?? "";
      made.points.push({ row, x, y: axisY.place(row) });
      const alpha = runs.has(run) || runs.size === 0 ? 0.9 : 0.35;
      made.shapes.push({ path: disc(x, axisY.place(row), 2.5), fill: colorOf(runs, run), alpha, run });
    }
  }
  return made;
}

function drawGroup(values: readonly number[], spread: Spread, at: number, half: number, put: (value: number) => number): Shape[] {
  const shapes: Shape[] = [];
  const ink = "var(--ink-2)";
  if (values.length >= VIOLIN_POINTS && Math.min(...values) < Math.max(...values)) {
    const outline = areaOf<{ at: number; density: number }>()
      .curve(curveBasis)
      .y(({ at: value }) => put(value))
      .x0(({ density }) => at - half * density)
      .x1(({ density }) => at + half * density);
    const path = outline(estimateDensity(values));
    if (path) shapes.push({ path, fill: "var(--accent)", alpha: 0.14 });
  }
  const wide = Math.min(16, half * 0.5);
  const [top, bottom] = [put(spread.q3), put(spread.q1)];
  shapes.push({ path: lineTo(at, put(spread.high), at, top), stroke: ink }, { path: lineTo(at, bottom, at, put(spread.low)), stroke: ink });
  shapes.push({ path: box(at - wide, top, 2 * wide, Math.max(1, bottom - top)), stroke: ink, fill: "var(--surface)", alpha: 0.9 });
  shapes.push({ path: lineTo(at - wide, put(spread.median), at + wide, put(spread.median)), stroke: "var(--ink)", width: 2 });
  return shapes;
}
