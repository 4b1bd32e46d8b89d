/** Points: one a run, by two fields, with two more as size and colour. */

import { Delaunay } from "d3-delaunay";
import { scaleSqrt } from "d3-scale";
import { TOP, drawBelow, drawLeft, findDomain, makeAxis, measureBelow, measureTicks, writeValue } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, type Hit, PLAIN, type Refusal, rowsWith } from "./figure";
import { drawLegend, LEGEND_WIDTH, makePaint } from "./palette";
import { disc, type Shape } from "./scene";

const NEAR = 24;

/** Draw `spec.y` against `spec.x`. */
export function drawScatter(input: FigureInput): Figure | Refusal {
  const { spec, frame, width, height, runs, mode } = input;
  const ids = [spec.x, spec.y, spec.size, spec.color].filter((id, index, all) => id !== "" && all.indexOf(id) === index);
  const rows = rowsWith(frame, [spec.x, spec.y]);
  if (rows.length === 0) return { reason: "No run has a value on both axes." };
  const [fx, fy] = [frame.field(spec.x), frame.field(spec.y)];
  const paint = spec.color ? makePaint(frame.field(spec.color), mode, spec.log.includes(spec.color)) : null;
  const right = width - (paint ? LEGEND_WIDTH + 8 : 12);
  const makeY = (bottom: number) => makeAxis(fy, { from: bottom, to: TOP, isLog: spec.log.includes(spec.y), tickCount: Math.max(2, Math.floor(height / 50)) });
  const left = measureTicks(makeY(height - 36));
  const makeX = () => makeAxis(fx, { from: left + 6, to: right, isLog: spec.log.includes(spec.x), tickCount: Math.max(3, Math.floor((right - left) / 80)) });
  const axisX = makeX();
  const bottom = height - measureBelow(axisX, right - left);
  const axisY = makeY(bottom);
  const area = { left, right, top: TOP, bottom };
  const below = drawBelow(axisX, area);
  const side = drawLeft(axisY, area);
  const radius = makeRadius(input, rows.length);
  const places = rows.map((row) => ({ row, x: axisX.place(row), y: axisY.place(row) })).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const ordered = [...places].sort((a, b) => Number(runs.has(frame.runIds[a.row] ?? "")) - Number(runs.has(frame.runIds[b.row] ?? "")));
  const points: Shape[] = ordered.map(({ row, x, y }) => {
    const run = frame.runIds[row] ?? "";
    const isChosen = runs.has(run);
    const fill = paint ? (paint.of(row) ?? "var(--ink-3)") : colorOf(runs, run);
    return { path: disc(x, y, radius(row)), fill, alpha: isChosen || runs.size === 0 ? 0.85 : 0.4, run, ...(paint && isChosen ? { stroke: colorOf(runs, run), width: 2 } : {}) };
  });
  const legend = paint ? drawLegend(paint, frame.field(spec.color).title, right + 10, TOP - 6) : { shapes: [], labels: [] };
  const tree = places.length > 0 ? Delaunay.from(places, ({ x }) => x, ({ y }) => y) : null;
  const find = (x: number, y: number): Hit | null => {
    const near = tree ? places[tree.find(x, y)] : undefined;
    if (!near || Math.hypot(near.x - x, near.y - y) > NEAR) return null;
    return {
      run: frame.runIds[near.row] ?? "",
      x: near.x,
      y: near.y,
      title: frame.names[near.row] ?? "",
      rows: ids.map((id) => [frame.field(id).title, writeValue(frame.field(id), near.row)] as const),
    };
  };
  return {
    scene: { width, height, shapes: [...below.shapes, ...side.shapes, ...legend.shapes, ...points], labels: [...below.labels, ...side.labels, ...legend.labels] },
    find,
    sentence: `Scatter of ${places.length} runs: ${fy.title} against ${fx.title}.`,
    sheet: { head: ["run_id", "run", ...ids.map((id) => frame.field(id).title)], rows: rows.map((row) => [frame.runIds[row] ?? "", frame.names[row] ?? "", ...ids.map((id) => frame.field(id).texts[row] ?? "")]) },
    note: describeLacking(frame, places.length),
  };
}

function makeRadius({ spec, frame }: FigureInput, count: number): (row: number) => number {
  const usual = count > 500 ? 3 : 4.5;
  if (!spec.size || frame.field(spec.size).kind === "text") return () => usual;
  const field = frame.field(spec.size);
  const scale = scaleSqrt().domain(findDomain(field.numbers, false)).range([2.5, 12]);
  return (row) => (field.isThere(row) ? scale(field.numbers[row] ?? 0) : 2);
}

export { PLAIN };
