/** What matters for a metric: the server's measure of each param, and its rank correlation. */

import { scaleLinear } from "d3-scale";
import type { MeasureImportanceResponse, ParamImportance } from "../api/schema";
import { formatValue } from "../charts/numbers";
import type { Figure, Hit, Refusal } from "./figure";
import { box, type Label, lineTo, type Shape, shorten, widthOf } from "./scene";

const MAX_ROWS = 20;
/** Below this share of explained variance the importances say little. */
const WEAK = 0.1;
const TOP = 26;

type Numeric<T> = { readonly [K in keyof T]: Exclude<T[K], "NaN" | "Infinity" | "-Infinity"> };
type Param = Numeric<ParamImportance>;

const orNull = (value: number | string | null): number | null => (value === null ? null : Number(value));

function readParam({ importance, deviation, correlation, ...rest }: ParamImportance): Param {
  return { ...rest, importance: orNull(importance), deviation: orNull(deviation), correlation: orNull(correlation) };
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Draw a measure of importance. */
export function drawImportance(metric: string, found: MeasureImportanceResponse, width: number, height: number): Figure | Refusal {
  if (found.params.length === 0) return { reason: found.reason };
  const hasForest = found.score !== null;
  const params = found.params.map(readParam);
  const shown = params.slice(0, Math.max(1, Math.min(MAX_ROWS, Math.floor((height - TOP - 4) / 14))));
  const left = Math.min(width * 0.3, 14 + Math.max(...shown.map(({ name }) => widthOf(name))));
  const middle = hasForest ? left + (width - left) * 0.58 : left;
  const step = Math.min(30, (height - TOP - 4) / shown.length);
  const shapes: Shape[] = [];
  const labels: Label[] = [];
  const most = Math.max(...shown.map((param) => (param.importance ?? 0) + (param.deviation ?? 0)), 0.01);
  const share = scaleLinear().domain([0, most]).range([left, middle - 44]);
  const turn = scaleLinear().domain([-1, 1]).range([middle + 16, width - 30]);
  if (hasForest) labels.push({ x: left, y: 10, text: "importance (forest)", color: "var(--ink-2)" });
  labels.push({ x: turn(0), y: 10, text: "rank correlation", align: "center", color: "var(--ink-2)" });
  shapes.push({ path: lineTo(turn(0), TOP - 6, turn(0), TOP + step * shown.length), stroke: "var(--line-strong)" });
  for (const [index, param] of shown.entries()) {
    const y = TOP + step * (index + 0.5);
    labels.push({ x: left - 6, y, text: shorten(param.name, left - 10), align: "right", color: "var(--ink)" });
    if (hasForest) drawShare(param, y, step, share, shapes, labels);
    drawCorrelation(param, y, step, turn, shapes, labels);
  }
  const find = (x: number, y: number): Hit | null => {
    const param = shown[Math.floor((y - TOP) / step)];
    return param && x >= 0 ? { run: "", x: Math.min(x, width - 8), y, title: param.name, rows: rowsOf(param) } : null;
  };
  return {
    scene: { width, height, shapes, labels },
    find,
    sentence: `What matters for ${metric} over ${found.runs} runs: ${shown.slice(0, 3).map(({ name }) => name).join(", ")}.`,
    sheet: {
      head: ["param", "runs", "importance", "deviation", "rank correlation"],
      rows: params.map(({ name, runs, importance, deviation, correlation }) => [name, String(runs), ...[importance, deviation, correlation].map((value) => (value === null ? "" : formatValue(value)))]),
    },
    note: describe(found, shown.length),
  };
}

function describe({ score: asSent, reason, runs, params }: MeasureImportanceResponse, shown: number): string {
  const score = orNull(asSent);
  const cut = shown < params.length ? ` · the first ${shown} of ${params.length} params` : "";
  if (score === null) return `${runs} runs. ${reason}${cut}`;
  const much = score < WEAK ? " So these importances mean little." : "";
  return `A forest over ${runs} runs explains ${percent(Math.max(0, score))} of the variance in runs it has not seen.${much}${reason ? ` ${reason}` : ""}${cut}`;
}

function rowsOf({ runs, importance, deviation, correlation }: Param): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [];
  if (importance !== null) rows.push(["importance", `${percent(importance)} ± ${percent(deviation ?? 0)}`]);
  rows.push(["rank correlation", correlation === null ? "none for texts" : formatValue(correlation)], ["runs", String(runs)]);
  return rows;
}

type To = (value: number) => number;

function drawShare({ importance, deviation }: Param, y: number, step: number, to: To, shapes: Shape[], labels: Label[]): void {
  const thick = Math.min(14, step * 0.6);
  const value = importance ?? 0;
  shapes.push({ path: box(to(0), y - thick / 2, Math.max(1, to(value) - to(0)), thick), fill: "var(--accent)" });
  const [low, high] = [to(Math.max(0, value - (deviation ?? 0))), to(value + (deviation ?? 0))];
  shapes.push({ path: lineTo(low, y, high, y), stroke: "var(--ink)", width: 1 });
  labels.push({ x: high + 5, y, text: percent(value), color: "var(--ink-2)" });
}

function drawCorrelation({ correlation, is_number: isNumber }: Param, y: number, step: number, to: To, shapes: Shape[], labels: Label[]): void {
  if (correlation === null) {
    labels.push({ x: to(0) + 6, y, text: isNumber ? "–" : "text", color: "var(--ink-3)" });
    return;
  }
  const thick = Math.min(14, step * 0.6);
  const isUp = correlation > 0;
  shapes.push({ path: box(Math.min(to(0), to(correlation)), y - thick / 2, Math.abs(to(correlation) - to(0)), thick), fill: isUp ? "var(--c4)" : "var(--c3)" });
  labels.push({ x: to(correlation) + (isUp ? 4 : -4), y, text: formatValue(Number(correlation.toFixed(2))), align: isUp ? "left" : "right", color: "var(--ink-2)" });
}
