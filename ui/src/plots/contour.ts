/** Contours: a third field over two others, between the runs that were measured, and nowhere else. */

import { contours } from "d3-contour";
import { Delaunay } from "d3-delaunay";
import { TOP, drawBelow, drawLeft, findDomain, makeAxis, measureTicks } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, type Refusal, rowsWith } from "./figure";
import type { Field } from "./frame";
import { isLessBetter } from "../runs/columns";
import { drawLegend, LEGEND_WIDTH, makePaint } from "./palette";
import { finder, sheetOf } from "./points";
import { disc, type Shape } from "./scene";

/** With fewer runs a surface would be invented. */
export const LEAST_POINTS = 20;
const COLUMNS = 80;
const LEVELS = 10;
const NEAR = 20;

export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Fill a grid by the triangles between the samples; NaN outside of them. */
export function interpolate(samples: readonly Sample[], columns: number, rows: number): Float64Array {
  const grid = new Float64Array(columns * rows).fill(Number.NaN);
  const { triangles } = Delaunay.from(samples, ({ x }) => x, ({ y }) => y);
  for (let index = 0; index < triangles.length; index += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => samples[triangles[index + corner] ?? -1]);
    if (a && b && c) fillTriangle(grid, columns, rows, [a, b, c]);
  }
  return grid;
}

function fillTriangle(grid: Float64Array, columns: number, rows: number, [a, b, c]: readonly [Sample, Sample, Sample]): void {
  const area = (b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y);
  if (Math.abs(area) < 1e-12) return;
  const clip = (value: number, most: number) => Math.min(most - 1, Math.max(0, value));
  const [left, right] = [clip(Math.floor(Math.min(a.x, b.x, c.x)), columns), clip(Math.ceil(Math.max(a.x, b.x, c.x)), columns)];
  const [top, bottom] = [clip(Math.floor(Math.min(a.y, b.y, c.y)), rows), clip(Math.ceil(Math.max(a.y, b.y, c.y)), rows)];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const u = ((b.y - c.y) * (column - c.x) + (c.x - b.x) * (row - c.y)) / area;
      const v = ((c.y - a.y) * (column - c.x) + (a.x - c.x) * (row - c.y)) / area;
      if (u < -1e-9 || v < -1e-9 || u + v > 1 + 1e-9) continue;
      grid[row * columns + column] = u * a.z + v * b.z + (1 - u - v) * c.z;
    }
  }
}

interface Place extends Sample {
  readonly row: number;
}

interface Fields {
  readonly x: Field;
  readonly y: Field;
  readonly z: Field;
}

/** Say why there can be no surface; empty when there can. */
function refuse({ x, y, z }: Fields, rows: readonly number[]): string {
  for (const field of [x, y, z]) if (field.kind === "text") return `${field.title} holds texts; a surface needs numbers on all three axes.`;
  if (rows.length < LEAST_POINTS) {
    return `${rows.length} runs have all three values. At least ${LEAST_POINTS} are needed: between fewer, a surface would be invented.`;
  }
  const distinct = (values: readonly unknown[]) => new Set(values).size;
  const [columns, lines] = [rows.map((row) => x.numbers[row]), rows.map((row) => y.numbers[row])];
  const isFlat = distinct(columns.map((value, index) => `${value} ${lines[index]}`)) < LEAST_POINTS || distinct(columns) < 3 || distinct(lines) < 3;
  return isFlat ? "The runs lie on too few places of these two axes to draw a surface between them. A box or scatter chart shows them as they are." : "";
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Fill the area between the places with one shape a level, from the lowest up. */
function drawSurfaces(places: readonly Place[], area: Area, colorAt: (z: number) => string): Shape[] {
  const step = (area.right - area.left) / COLUMNS;
  const lines = Math.max(8, Math.round((area.bottom - area.top) / step));
  const samples = places.map(({ x, y, z }) => ({ x: (x - area.left) / step - 0.5, y: (y - area.top) / step - 0.5, z }));
  const grid = interpolate(samples, COLUMNS, lines);
  const [low, high] = findDomain(grid, false);
  const height = (high - low) / LEVELS;
  // Outside of the triangles there is no value: far below every level, so that no contour reaches there.
  const filled = Array.from(grid, (value) => (Number.isNaN(value) ? low - (high - low) * 1e6 - 1 : value));
  const write = ([x = 0, y = 0]: readonly number[]) => `${Math.round((area.left + x * step) * 10) / 10} ${Math.round((area.top + y * step) * 10) / 10}`;
  return contours()
    .size([COLUMNS, lines])
    .thresholds(Array.from({ length: LEVELS }, (_, index) => low + index * height))(filled)
    .map(({ value, coordinates }) => ({
      path: coordinates.flatMap((polygon) => polygon.map((ring) => `M${ring.map(write).join("L")}Z`)).join(""),
      fill: colorAt(value + height / 2),
    }));
}

/** Draw `spec.color` over `spec.x` and `spec.y`. */
export function drawContour(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height, runs, mode } = input;
  const fields = { x: frame.field(spec.x), y: frame.field(spec.y), z: frame.field(spec.color) };
  const rows = rowsWith(frame, [spec.x, spec.y, spec.color]);
  const reason = refuse(fields, rows);
  if (reason) return { reason };
  const isLog = (id: string) => spec.log.includes(id);
  const right = width - LEGEND_WIDTH - 8;
  const axisY = makeAxis(fields.y, { from: height - 36, to: TOP, isLog: isLog(spec.y), tickCount: Math.max(2, Math.floor(height / 50)) });
  const left = measureTicks(axisY);
  const axisX = makeAxis(fields.x, { from: left, to: right, isLog: isLog(spec.x), tickCount: Math.max(3, Math.floor((right - left) / 80)) });
  const area = { left, right, top: TOP, bottom: height - 36 };
  const warp = isLog(spec.color) ? Math.log10 : (value: number) => value;
  const unwarp = (z: number) => (isLog(spec.color) ? 10 ** z : z);
  const paint = makePaint(fields.z, mode, { isLog: isLog(spec.color), isReversed: isLessBetter(spec.color) });
  const places = rows
    .map((row) => ({ row, x: axisX.place(row), y: axisY.place(row), z: warp(fields.z.numbers[row] ?? 0) }))
    .filter(({ x, y, z }) => [x, y, z].every(Number.isFinite));
  const surfaces = drawSurfaces(places, area, (z) => paint.at(unwarp(z)));
  const dots = places.map(({ row, x, y }): Shape => {
    const run = frame.runIds[row] ?? "";
    const isChosen = runs.has(run);
    return { path: disc(x, y, 3), fill: paint.of(row) ?? "var(--ink-3)", stroke: isChosen ? colorOf(runs, run) : "var(--surface)", width: isChosen ? 2 : 1, run };
  });
  const parts = [drawBelow(axisX, area), drawLeft(axisY, area), drawLegend(paint, fields.z.title, right + 10, TOP - 6)];
  return {
    scene: { width, height, shapes: [...parts.flatMap(({ shapes }) => shapes), ...surfaces, ...dots], labels: parts.flatMap(({ labels }) => labels) },
    find: finder(frame, places, NEAR, [fields.x, fields.y, fields.z]),
    sentence: `Contours of ${fields.z.title} over ${fields.x.title} and ${fields.y.title}, between ${places.length} runs.`,
    sheet: sheetOf(frame, rows, [fields.x, fields.y, fields.z]),
    note: [`Interpolated between ${places.length} runs; the surface ends where they end`, describeLacking(frame, places.length)].filter(Boolean).join(" · "),
  };
}
