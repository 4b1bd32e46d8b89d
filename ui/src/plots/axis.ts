/** Axes: from the values of a field to pixels, with their ticks. */

import { scaleLinear, scaleLog, scalePoint, scaleTime } from "d3-scale";
import { formatDuration } from "../lib/format";
import { formatTick, formatTicks, formatValue } from "../charts/numbers";
import type { Field } from "./frame";
import { type Label, lineTo, shorten, type Shape, widthOf } from "./scene";

/** Where plots with a vertical axis begin: its title stands above. */
export const TOP = 24;
const MAX_CATEGORIES = 30;
const REST = "(others)";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  readonly field: Field;
  /** Where a run's value is, NaN if it has none that the axis can show. */
  readonly place: (row: number) => number;
  /** Where a number is. */
  readonly put: (value: number) => number;
  /** The number at a place; NaN on an axis of texts. */
  readonly invert: (at: number) => number;
  readonly ticks: readonly Tick[];
  /** The texts along the axis, when it has some. */
  readonly categories: readonly string[];
}

export interface AxisOptions {
  readonly from: number;
  readonly to: number;
  readonly isLog?: boolean;
  /** Whether zero is always on it. */
  readonly hasZero?: boolean;
  readonly tickCount?: number;
}

/** Write a value of a field as people read it. */
export function writeValue(field: Field, row: number): string {
  const value = field.numbers[row] ?? Number.NaN;
  if (field.kind === "text") return field.texts[row] ?? "–";
  if (field.kind === "time") return Number.isFinite(value) ? new Date(value).toISOString().slice(0, 16).replace("T", " ") : "–";
  if (field.kind === "duration") return Number.isFinite(value) ? formatDuration(value) : "–";
  return (field.texts[row] ?? null) === null ? "–" : formatValue(value);
}

/** Find the least and greatest number that an axis can show. */
export function findDomain(numbers: Iterable<number>, isLog: boolean): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of numbers) {
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return isLog ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  return isLog ? [low / 2, low * 2] : [low - (Math.abs(low) * 0.1 || 1), low + (Math.abs(low) * 0.1 || 1)];
}

/** Make the axis of a field. */
export function makeAxis(field: Field, options: AxisOptions): Axis {
  return field.kind === "text" ? makeTextAxis(field, options) : makeNumberAxis(field, options);
}

function makeTextAxis(field: Field, { from, to }: AxisOptions): Axis {
  const counts = new Map<string, number>();
  for (const text of field.texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  const collator = new Intl.Collator("en", { numeric: true });
  const all = [...counts].sort(([a, x], [b, y]) => y - x || collator.compare(a, b)).map(([text]) => text);
  const kept = all.slice(0, MAX_CATEGORIES).sort(collator.compare);
  const categories = all.length > MAX_CATEGORIES ? [...kept, REST] : kept;
  const scale = scalePoint<string>().domain(categories).range([from, to]).padding(0.5);
  const known = new Set(kept);
  return {
    field,
    place: (row) => {
      const text = field.texts[row] ?? null;
      return text === null ? Number.NaN : (scale(known.has(text) ? text : REST) ?? Number.NaN);
    },
    put: () => Number.NaN,
    invert: () => Number.NaN,
    ticks: categories.map((text) => ({ at: scale(text) ?? 0, text })),
    categories,
  };
}

function makeNumberAxis(field: Field, { from, to, isLog = false, hasZero = false, tickCount = 5 }: AxisOptions): Axis {
  const log = isLog && field.kind === "number";
  const [low, high] = findDomain(hasZero ? [...field.numbers, 0] : field.numbers, log);
  const scale = makeScale(field, log, [low, high], [from, to]);
  const write = (values: readonly number[]): string[] => {
    if (field.kind === "duration") return values.map(formatDuration);
    if (field.kind === "time") return values.map((value) => formatDay(value, high - low));
    return log ? values.map(formatTick) : formatTicks(values);
  };
  const all = scale.ticks(tickCount);
  const whole = all.filter(Number.isInteger);
  const isWhole = whole.length > 1 && field.kind === "number" && field.numbers.every((value) => !Number.isFinite(value) || Number.isInteger(value));
  const ticks = isWhole ? whole : all;
  const texts = write(ticks);
  const put = (value: number) => (Number.isFinite(value) && (!log || value > 0) ? scale.place(value) : Number.NaN);
  return {
    field,
    place: (row) => put(field.numbers[row] ?? Number.NaN),
    put,
    invert: scale.invert,
    ticks: ticks.map((value, index) => ({ at: scale.place(value), text: texts[index] ?? "" })),
    categories: [],
  };
}

interface Scale {
  readonly place: (value: number) => number;
  readonly invert: (at: number) => number;
  readonly ticks: (count: number) => number[];
}

function makeScale(field: Field, log: boolean, domain: [number, number], range: [number, number]): Scale {
  if (field.kind === "time") {
    const scale = scaleTime().domain(domain).range(range);
    return {
      place: (value) => scale(value),
      invert: (at) => scale.invert(at).getTime(),
      ticks: (count) => scale.ticks(count).map((date) => date.getTime()),
    };
  }
  const scale = log ? scaleLog().domain(domain).range(range) : scaleLinear().domain(domain).range(range).nice();
  const ticks = (count: number) => (log ? thin(scale.ticks(count), count) : scale.ticks(count));
  return { place: (value) => scale(value), invert: (at) => scale.invert(at), ticks };
}

/** Keep powers of ten when a logarithmic axis would have too many ticks. */
function thin(ticks: number[], count: number): number[] {
  if (ticks.length <= count + 2) return ticks;
  const powers = ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6));
  if (powers.length < 2) return ticks.filter((_, index) => index % Math.ceil(ticks.length / count) === 0);
  return powers.filter((_, index) => index % Math.ceil(powers.length / count) === 0);
}

function formatDay(time: number, span: number): string {
  const text = new Date(time).toISOString();
  return span > 3 * 86_400_000 ? text.slice(5, 10) : text.slice(11, 16);
}

/** How much room the labels of a vertical axis need. */
export function measureTicks(axis: Axis, most = 120): number {
  return Math.min(most, Math.max(24, ...axis.ticks.map(({ text }) => widthOf(text) + 8)));
}

export interface AxisMarks {
  readonly shapes: Shape[];
  readonly labels: Label[];
}

/** Draw an axis below a plot, with grid lines up to `top`. */
export function drawBelow(axis: Axis, area: { left: number; right: number; top: number; bottom: number }): AxisMarks {
  const shapes: Shape[] = [];
  const labels: Label[] = [];
  const room = (area.right - area.left) / Math.max(1, axis.ticks.length);
  const isCrowded = axis.categories.length > 0 && axis.ticks.some(({ text }) => widthOf(text) > room - 4);
  for (const { at, text } of axis.ticks) {
    shapes.push({ path: lineTo(at, area.top, at, area.bottom), stroke: "var(--line)" });
    if (isCrowded) {
      labels.push({ x: at + 3, y: area.bottom + 6, text: shorten(text, 90), align: "right", angle: -35 });
    } else {
      labels.push({ x: at, y: area.bottom + 5, text: shorten(text, Math.max(room, 40)), align: "center", baseline: "top" });
    }
  }
  const y = area.bottom + (isCrowded ? 44 : 19);
  labels.push({ x: (area.left + area.right) / 2, y, text: axis.field.title, align: "center", baseline: "top", color: "var(--ink-2)" });
  return { shapes, labels };
}

/** How much room an axis below a plot needs. */
export function measureBelow(axis: Axis, width: number): number {
  const room = width / Math.max(1, axis.ticks.length);
  return axis.categories.length > 0 && axis.ticks.some(({ text }) => widthOf(text) > room - 4) ? 60 : 36;
}

/** Draw an axis to the left of a plot, with grid lines across it. */
export function drawLeft(axis: Axis, area: { left: number; right: number; top: number; bottom: number }): AxisMarks {
  const shapes: Shape[] = [];
  const labels: Label[] = [];
  for (const { at, text } of axis.ticks) {
    shapes.push({ path: lineTo(area.left, at, area.right, at), stroke: "var(--line)" });
    labels.push({ x: area.left - 6, y: at, text: shorten(text, area.left - 8), align: "right" });
  }
  labels.push({ x: 2, y: area.top - 17, text: axis.field.title, color: "var(--ink-2)" });
  return { shapes, labels };
}
