/** Lines as a scene, for a picture that stays sharp: the same lines as on the canvas, with axes. */

import { MAX_LINES } from "../charts/draw";
import { findMiddle, type Middle } from "../charts/density";
import type { Extent, Line } from "../charts/lines";
import { resolveColor } from "../charts/theme";
import type { ChartView, Range } from "../charts/view";
import { type Axis, TOP, drawBelow, drawLeft, makeAxis, measureTicks } from "./axis";
import type { Field, FieldKind } from "./frame";
import type { Resolve } from "./paint";
import { polyline, type Scene, type Shape } from "./scene";
import { sceneToSvg } from "./svg";

export interface LinePicture {
  readonly lines: readonly Line[];
  readonly extent: Extent;
  readonly view: ChartView;
  readonly logY: boolean;
  readonly width: number;
  readonly height: number;
}

function fieldOf(title: string, range: Range, kind: FieldKind): Field {
  return { id: "", title, kind, numbers: Float64Array.of(range.start, range.end), texts: ["", ""], isThere: () => true };
}

function axisOfX({ extent, view }: LinePicture, from: number, to: number): Axis {
  const titles = { step: "step", time: "time", relative: "seconds", metric: view.xKey };
  const kind = view.x === "time" ? "time" : "number";
  return makeAxis(fieldOf(titles[view.x], extent.x, kind), { from, to, isLog: view.logX, tickCount: Math.max(2, Math.floor((to - from) / 80)) });
}

/** Describe lines as a scene. */
export function makeLineScene(picture: LinePicture): Scene {
  const { lines, extent, view, logY, width, height } = picture;
  const area = { left: 0, right: width - 10, top: TOP, bottom: height - 36 };
  const y = makeAxis(fieldOf("", extent.y, "number"), { from: area.bottom, to: area.top, isLog: logY, tickCount: Math.max(2, Math.floor(height / 50)) });
  area.left = measureTicks(y);
  const x = axisOfX(picture, area.left, area.right);
  const below = drawBelow(x, area);
  const side = drawLeft(y, area);
  const isIn = (at: number) => at >= extent.x.start && at <= extent.x.end;
  const putY = (value: number) => (value >= extent.y.start && value <= extent.y.end ? y.put(value) : Number.NaN);
  const path = (line: Line, values: Float64Array) =>
    polyline(Array.from(line.x, (at, index) => [isIn(at) ? x.put(at) : Number.NaN, putY(values[index] ?? Number.NaN)] as const));
  const clip = (value: number) => y.put(Math.min(extent.y.end, Math.max(extent.y.start, value)));
  const rest = lines.slice(MAX_LINES);
  const shapes: Shape[] = rest.map((line) => ({ path: path(line, line.values), stroke: "var(--ink-3)", alpha: 0.1 }));
  if (rest.length > 0) shapes.unshift({ path: band(findMiddle(rest), x, clip, isIn), fill: "var(--ink-3)", alpha: 0.18 });
  for (const line of lines.slice(0, MAX_LINES)) {
    const stroke = line.run.color;
    if (view.bands && !line.series.raw && lines.length <= 24) shapes.push({ path: band({ ...line.series, x: line.x }, x, clip, isIn), fill: stroke, alpha: 0.16 });
    if (view.smooth > 0 && lines.length <= 30) shapes.push({ path: path(line, line.series.last), stroke, alpha: 0.25 });
    shapes.push({ path: path(line, line.values), stroke, width: 1.6, dash: line.run.dash });
  }
  return { width, height, shapes: [...below.shapes, ...side.shapes, ...shapes], labels: [...below.labels, ...side.labels] };
}

function band({ x: places, low, high }: Middle, x: Axis, y: (value: number) => number, isIn: (at: number) => boolean): string {
  const edge = (values: Float64Array) =>
    Array.from(places, (at, index) => [isIn(at) ? x.put(at) : Number.NaN, y(values[index] ?? Number.NaN)] as const).filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py));
  const outline = [...edge(high), ...edge(low).toReversed()];
  return outline.length > 2 ? `${polyline(outline)}Z` : "";
}

/** Write lines as SVG. */
export function lineSvg(title: string, picture: LinePicture, resolve: Resolve = resolveColor): string {
  return sceneToSvg(title, makeLineScene(picture), resolve);
}
