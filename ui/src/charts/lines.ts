/** From series to what a chart draws: x on the chosen axis, values smoothed, the ranges that hold them. */

import type { Series } from "./series";
import { smoothValues } from "./smooth";
import { type ChartView, limitOf, type Range, type Smoothing, type XAxis } from "./view";

export interface ChartRun {
  readonly runId: string;
  readonly name: string;
  /** A CSS colour; `var(--c1)` is allowed. */
  readonly color: string;
  /** A canvas dash pattern, empty for a solid line. */
  readonly dash: readonly number[];
  /** Milliseconds since 1970: where the relative x axis begins; absent: the first point. */
  readonly startTime?: number;
}

export interface Line {
  readonly run: ChartRun;
  readonly series: Series;
  readonly x: Float64Array;
  /** The smoothed values, or those of the series when there is no smoothing. */
  readonly values: Float64Array;
}

/** Join runs with their series of one key, in the order of the runs. */
export function prepareLines(
  runs: readonly ChartRun[],
  series: ReadonlyMap<string, Series>,
  view: { readonly x: XAxis; readonly smooth: number; readonly smoothing?: Smoothing },
): Line[] {
  const lines: Line[] = [];
  for (const run of runs) {
    const found = series.get(run.runId);
    if (!found || found.x.length === 0) continue;
    const start = run.startTime ?? found.x[0] ?? 0;
    const x = view.x === "relative" ? found.x.map((time) => (time - start) / 1000) : found.x;
    lines.push({ run, series: found, x, values: view.smooth > 0 ? smoothValues(found.last, view.smooth, view.smoothing) : found.last });
  }
  return lines;
}

export interface Extent {
  readonly x: Range;
  readonly y: Range;
  /** The least and greatest finite value in view, NaN when there is none. */
  readonly min: number;
  readonly max: number;
}

const widen = (start: number, end: number): Range => {
  if (start > end) return { start: 0, end: 1 };
  if (start < end) return { start, end };
  const space = Math.abs(start) * 0.05 || 1;
  return { start: start - space, end: end + space };
};

/** Find what the axes must show: all finite values (positive ones on a logarithmic axis) within `range`; or `limit` on y. */
export function findExtent(
  lines: readonly Line[],
  range: Range | null,
  axes: { readonly logX: boolean; readonly logY: boolean },
  limit: Range | null = null,
): Extent {
  let [left, right] = [Infinity, -Infinity];
  let [min, max] = [Infinity, -Infinity];
  let [floor, top] = [Infinity, -Infinity];
  for (const { x, series } of lines) {
    for (let i = 0; i < x.length; i++) {
      const at = x[i] ?? Number.NaN;
      if ((axes.logX && at <= 0) || (range && (at < range.start || at > range.end))) continue;
      left = Math.min(left, at);
      right = Math.max(right, at);
      for (const value of [series.low[i] ?? Number.NaN, series.high[i] ?? Number.NaN]) {
        if (!Number.isFinite(value)) continue;
        min = Math.min(min, value);
        max = Math.max(max, value);
        if (axes.logY && value <= 0) continue;
        floor = Math.min(floor, value);
        top = Math.max(top, value);
      }
    }
  }
  return {
    x: range ?? (axes.logX && left > right ? { start: 1, end: 10 } : widenX(left, right, axes.logX)),
    y: limit ?? (axes.logY ? widenLog(floor, top) : pad(widen(floor, top))),
    min: min > max ? Number.NaN : min,
    max: min > max ? Number.NaN : max,
  };
}

/** So much of the values, at either end, are outliers. */
const OUTLYING = 0.05;

/** Find the y axis that shows the middle 90 % of the values in view; null if they are all the same. */
export function findMiddleRange(lines: readonly Line[], range: Range | null, axes: { readonly logX: boolean; readonly logY: boolean }): Range | null {
  const values: number[] = [];
  for (const { x, series } of lines) {
    for (const [i, value] of series.last.entries()) {
      const at = x[i] ?? Number.NaN;
      if (!Number.isFinite(value) || (axes.logY && value <= 0) || (axes.logX && at <= 0)) continue;
      if (!range || (at >= range.start && at <= range.end)) values.push(value);
    }
  }
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const [start, end] = [at(OUTLYING), at(1 - OUTLYING)];
  if (!(start < end)) return null;
  return axes.logY ? widenLog(start, end) : pad({ start, end });
}

/** Return the y axis that the reader set for a key, by its ends or by leaving out outliers; null for what its values need. */
export function findLimit(lines: readonly Line[], view: ChartView, key: string): Range | null {
  const axes = { logX: view.logX, logY: view.logY.includes(key) };
  return limitOf(view, key) ?? (view.clips ? findMiddleRange(lines, view.range, axes) : null);
}

function widenX(left: number, right: number, log: boolean): Range {
  if (left === right) return log ? { start: left / 2, end: right * 2 } : { start: left - 0.5, end: right + 0.5 };
  return widen(left, right);
}

const widenLog = (floor: number, top: number): Range =>
  floor > top ? { start: 0.1, end: 10 } : { start: floor / 1.15, end: top * 1.15 };

function pad({ start, end }: Range): Range {
  const space = (end - start) * 0.05;
  return { start: start - space, end: end + space };
}

/** Find the index of the entry of ascending `x` that is nearest to `at`; -1 for an empty array. */
export function findNearest(x: Float64Array, at: number): number {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  const before = x[low - 1];
  const here = x[low];
  if (before === undefined || here === undefined) return high;
  return at - before <= here - at ? low - 1 : low;
}

export interface Reading {
  readonly run: ChartRun;
  readonly x: number;
  readonly value: number;
  readonly raw: number;
}

/** Read every line at `at`, by falling value, NaN last; lines that do not reach there are left out. */
export function readLines(lines: readonly Line[], at: number, tolerance: number): Reading[] {
  const readings: Reading[] = [];
  for (const line of lines) {
    const index = findNearest(line.x, at);
    const x = line.x[index];
    const value = line.values[index];
    if (x === undefined || value === undefined) continue;
    const first = line.x[0] ?? x;
    const last = line.x[line.x.length - 1] ?? x;
    if (at < first - tolerance || at > last + tolerance) continue;
    readings.push({ run: line.run, x, value, raw: line.series.last[index] ?? value });
  }
  const rank = (value: number) => (Number.isNaN(value) ? -Infinity : value);
  return readings.sort((a, b) => {
    const [left, right] = [rank(a.value), rank(b.value)];
    return left === right ? 0 : right > left ? 1 : -1;
  });
}
