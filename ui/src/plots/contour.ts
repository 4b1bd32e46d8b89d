/** Contours: a third field over two others, between the runs that were measured, and nowhere else. */

import { contours } from "d3-contour";
import { Delaunay } from "d3-delaunay";
import { TOP, drawBelow, drawLeft, findDomain, makeAxis, measureTicks, writeValue } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, type Hit, type Refusal, rowsWith } from "./figure";
import { drawLegend, LEGEND_WIDTH, makePaint } from "./palette";
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

/** Draw `spec.color` over `spec.x` and `spec.y`. */
export function drawContour(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height, runs, mode } = input;
  const [fx, fy, fz] = [frame.field(spec.x), frame.field(spec.y), frame.field(spec.color)];
  for (const field of [fx, fy, fz]) if (field.kind === "text") return { reason: `${field.title} holds texts; a surface needs numbers on all three axes.` };
  const rows = rowsWith(frame, [spec.x, spec.y, spec.color]);
  if (rows.length < LEAST_POINTS) {
    return { reason: `${rows.length} runs have all three values. At least ${LEAST_POINTS} are needed: between fewer, a surface would be invented.` };
  }
  const right = width - LEGEND_WIDTH - 8;
  const axisY = makeAxis(fy, { from: height - 36, to: TOP, isLog: spec.log.includes(spec.y), tickCount: Math.max(2, Math.floor(height / 50)) });
  const left = measureTicks(axisY);
  const axisX = makeAxis(fx, { from: left, to: right, isLog: spec.log.includes(spec.x), tickCount: Math.max(3, Math.floor((right - left) / 80)) });
  const area = { left, right, top: TOP, bottom: height - 36 };
  const columns = COLUMNS;
  const step = (right - left) / columns;
  const lines = Math.max(8, Math.round((area.bottom - area.top) / step));
  const isLogZ = spec.log.includes(spec.color);
  const warp = isLogZ ? Math.log10 : (value: number) => value;
  const paint = makePaint(fz, mode, isLogZ);
  const points = rows.map((row) => ({ row, x: axisX.place(row), y: axisY.place(row), z: warp(fz.numbers[row] ?? 0) })).filter(({ x, y, z }) => [x, y, z].every(Number.isFinite));
  const spread = new Set(points.map(({ x, y }) => `${x} ${y}`)).size;
  if (spread < LEAST_POINTS || new Set(points.map(({ x }) => x)).size < 3 || new Set(points.map(({ y }) => y)).size < 3) {
    return { reason: "The runs lie on too few places of these two axes to draw a surface between them. A box or scatter chart shows them as they are." };
  }
  const grid = interpolate(points.map(({ x, y, z }) => ({ x: (x - left) / step - 0.5, y: (y - area.top) / step - 0.5, z })), columns, lines);
  const [low, high] = findDomain(grid, false);
  const levels = Array.from({ length: LEVELS }, (_, index) => low + ((high - low) * index) / LEVELS);
  const place = ([x = 0, y = 0]: readonly number[]) => `${Math.round((left + x * step) * 10) / 10} ${Math.round((area.top + y * step) * 10) / 10}`;
  // Outside of the triangles there is no value: far below every level, so that no contour reaches there.
  const filled = Array.from(grid, (value) => (Number.isNaN(value) ? low - (high - low) * 1e6 - 1 : value));
  const surfaces: Shape[] = contours()
    .size([columns, lines])
    .smooth(true)
    .thresholds(levels)(filled)
    .map(({ value, coordinates }) => ({
      path: coordinates.flatMap((polygon) => polygon.map((ring) => `M${ring.map(place).join("L")}Z`)).join(""),
      fill: paint.at(isLogZ ? 10 ** (value + (high - low) / LEVELS / 2) : value + (high - low) / LEVELS / 2),
    }));
  const dots: Shape[] = points.map(({ row, x, y }) => {
    const run = frame.runIds[row] ?? "";
    return { path: disc(x, y, 3), fill: paint.of(row) ?? "var(--ink-3)", stroke: runs.has(run) ? colorOf(runs, run) : "var(--surface)", width: runs.has(run) ? 2 : 1, run };
  });
  const below = drawBelow(axisX, area);
  const side = drawLeft(axisY, area);
  const legend = drawLegend(paint, fz.title, right + 10, TOP - 6);
  const tree = Delaunay.from(points, ({ x }) => x, ({ y }) => y);
  const fields = [fx, fy, fz];
  const find = (x: number, y: number): Hit | null => {
    const near = points[tree.find(x, y)];
    if (!near || Math.hypot(near.x - x, near.y - y) > NEAR) return null;
    return { run: frame.runIds[near.row] ?? "", x: near.x, y: near.y, title: frame.names[near.row] ?? "", rows: fields.map((field) => [field.title, writeValue(field, near.row)] as const) };
  };
  return {
    scene: { width, height, shapes: [...below.shapes, ...side.shapes, ...surfaces, ...legend.shapes, ...dots], labels: [...below.labels, ...side.labels, ...legend.labels] },
    find,
    sentence: `Contours of ${fz.title} over ${fx.title} and ${fy.title}, between ${points.length} runs.`,
    sheet: { head: ["run_id", "run", ...fields.map(({ title }) => title)], rows: rows.map((row) => [frame.runIds[row] ?? "", frame.names[row] ?? "", ...fields.map(({ texts }) => texts[row] ?? "")]) },
    note: [`Interpolated between ${points.length} runs; the surface ends where they end`, describeLacking(frame, points.length)].filter(Boolean).join(" · "),
  };
}
