/** Points: one a run, by two fields, with two more as size and colour. */

import { scaleSqrt } from "d3-scale";
import { TOP, drawBelow, drawLeft, findDomain, makeAxis, measureBelow, measureTicks } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, paintOf, type Refusal, rowsWith } from "./figure";
import { drawLegend, LEGEND_WIDTH, type Paint } from "./palette";
import { finder, type Point, sheetOf } from "./points";
import { disc, type Shape } from "./scene";

const NEAR = 24;

/** Draw `spec.y` against `spec.x`. */
export function drawScatter(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height } = input;
  const ids = [...new Set([spec.x, spec.y, spec.size, spec.color])].filter(Boolean);
  const fields = ids.map(frame.field);
  const rows = rowsWith(frame, [spec.x, spec.y]);
  if (rows.length === 0) return { reason: "No run has a value on both axes." };
  const [fx, fy] = [frame.field(spec.x), frame.field(spec.y)];
  const paint = paintOf(input);
  const right = width - (paint ? LEGEND_WIDTH + 8 : 12);
  const makeY = (bottom: number) =>
    makeAxis(fy, { from: bottom, to: TOP, isLog: spec.log.includes(spec.y), tickCount: Math.max(2, Math.floor(height / 50)) });
  const left = measureTicks(makeY(height - 36));
  const axisX = makeAxis(fx, { from: left + 6, to: right, isLog: spec.log.includes(spec.x), tickCount: Math.max(3, Math.floor((right - left) / 80)) });
  const bottom = height - measureBelow(axisX, right - left);
  const axisY = makeY(bottom);
  const area = { left, right, top: TOP, bottom };
  const places = rows
    .map((row) => ({ row, x: axisX.place(row), y: axisY.place(row) }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const parts = [drawBelow(axisX, area), drawLeft(axisY, area)];
  if (paint) parts.push(drawLegend(paint, frame.field(spec.color).title, right + 10, TOP - 6));
  return {
    scene: {
      width,
      height,
      shapes: [...parts.flatMap(({ shapes }) => shapes), ...drawPoints(input, places, paint)],
      labels: parts.flatMap(({ labels }) => labels),
    },
    find: finder(frame, places, NEAR, fields),
    sentence: `Scatter of ${places.length} runs: ${fy.title} against ${fx.title}.`,
    sheet: sheetOf(frame, rows, fields),
    note: describeLacking(frame, places.length),
  };
}

/** Draw the points, the chosen runs in front. */
function drawPoints(input: FigureInput, places: readonly Point[], paint: Paint | null): Shape[] {
  const { frame, runs } = input;
  const radius = makeRadius(input, places.length);
  const isChosen = (row: number) => runs.has(frame.runIds[row] ?? "");
  const ordered = [...places].sort((a, b) => Number(isChosen(a.row)) - Number(isChosen(b.row)));
  return ordered.map(({ row, x, y }) => {
    const run = frame.runIds[row] ?? "";
    const fill = paint ? (paint.of(row) ?? "var(--ink-3)") : colorOf(runs, run);
    const alpha = isChosen(row) || runs.size === 0 ? 0.85 : 0.4;
    const edge = paint && isChosen(row) ? { stroke: colorOf(runs, run), width: 2 } : {};
    return { path: disc(x, y, radius(row)), fill, alpha, run, ...edge };
  });
}

function makeRadius({ spec, frame }: FigureInput, count: number): (row: number) => number {
  const usual = count > 500 ? 3 : 4.5;
  if (!spec.size || frame.field(spec.size).kind === "text") return () => usual;
  const field = frame.field(spec.size);
  const scale = scaleSqrt().domain(findDomain(field.numbers, false)).range([2.5, 12]);
  return (row) => (field.isThere(row) ? scale(field.numbers[row] ?? 0) : 2);
}
