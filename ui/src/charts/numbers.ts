/** Numbers and times as charts write them. */

import { formatMoment } from "../lib/format";
import type { XAxis } from "./view";

const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat("en");

/** Write a value with 4 significant digits; very large and small ones with an exponent. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(3).replace(/\.?0+e/, "e");
  if (Number.isInteger(value)) return whole.format(value);
  return plain.format(value);
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

/** Write a number as short as there is room for on an axis: `12.5K`. */
export const formatTick = (value: number): string => (Math.abs(value) >= 10_000 ? compact.format(value) : formatValue(value));

const MOST_DIGITS = 6;
const byDigits = Array.from({ length: MOST_DIGITS + 1 }, (_, digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** Write the numbers of an axis, evenly spaced, with the same digits: `0.90`, `0.95`, `1.00`. */
export function formatTicks(values: readonly number[]): string[] {
  const isFine = (value: number) => value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 10_000);
  const clean = values.map((value) => (Math.abs(value) < 1e-12 ? 0 : value));
  const digits = byDigits.findIndex((_, count) => clean.every((value) => Math.abs(value * 10 ** count - Math.round(value * 10 ** count)) < 1e-6));
  const format = clean.every(isFine) ? byDigits[digits] : undefined;
  return clean.map((value) => format?.format(value) ?? formatTick(value));
}

/** Write a count with separators. */
export const formatCount = (count: number): string => whole.format(count);

/** Write seconds as `1.5 s`, `3 min 20 s` or `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 60) return `${plain.format(seconds)} s`;
  const sign = seconds < 0 ? "−" : "";
  const [minutes, rest] = [Math.floor(size / 60), Math.floor(size % 60)];
  if (minutes < 60) return `${sign}${minutes} min${rest ? ` ${rest} s` : ""}`;
  const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
  return `${sign}${hours} h${left ? ` ${left} min` : ""}`;
}

/** Write a place on the x axis with its unit. */
export function formatX(x: number, axis: XAxis, key = ""): string {
  if (!Number.isFinite(x)) return "–";
  if (axis === "time") return formatMoment(x);
  if (axis === "relative") return `after ${formatSeconds(x)}`;
  return `${axis === "metric" ? key : "step"} ${formatValue(x)}`;
}
