/** Smoothing, by three kinds that reach equally far at the same weight. */

import type { Smoothing } from "./view";

/** Smooth values; `weight` is 0 (not at all) to below 1. Those that are not finite stay as they are and enter no mean. */
export function smoothValues(values: Float64Array, weight: number, kind: Smoothing = "ema"): Float64Array {
  if (kind === "ema") return averageBefore(values, weight);
  // A moving average of this weight looks back as far as a mean over so many values.
  const width = (1 + weight) / (1 - weight);
  return kind === "mean" ? averageAround(values, width / 2) : blur(values, width / Math.sqrt(12));
}

/** An exponential moving average without the bias towards its start. */
function averageBefore(values: Float64Array, weight: number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let share = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    average = average * weight + (1 - weight) * value;
    share *= weight;
    smoothed[i] = average / (1 - share);
  }
  return smoothed;
}

/** The mean of the values up to `reach` places before and after; sums make it independent of the reach. */
function averageAround(values: Float64Array, reach: number): Float64Array {
  const half = Math.floor(reach);
  const sums = new Float64Array(values.length + 1);
  const counts = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const isThere = Number.isFinite(value);
    sums[i + 1] = (sums[i] ?? 0) + (isThere ? value : 0);
    counts[i + 1] = (counts[i] ?? 0) + (isThere ? 1 : 0);
  }
  return values.map((value, i) => {
    if (!Number.isFinite(value)) return value;
    const [from, to] = [Math.max(0, i - half), Math.min(values.length, i + half + 1)];
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / ((counts[to] ?? 0) - (counts[from] ?? 0));
  });
}

/** A mean weighted by a bell of this deviation, cut off at three of them. */
function blur(values: Float64Array, deviation: number): Float64Array {
  const reach = Math.ceil(3 * deviation);
  const weights = Float64Array.from({ length: reach + 1 }, (_, distance) => Math.exp(-0.5 * (distance / deviation) ** 2));
  return values.map((center, i) => {
    if (!Number.isFinite(center)) return center;
    let sum = 0;
    let whole = 0;
    for (let at = Math.max(0, i - reach); at <= Math.min(values.length - 1, i + reach); at++) {
      const value = values[at] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const weight = weights[Math.abs(at - i)] ?? 0;
      sum += weight * value;
      whole += weight;
    }
    return sum / whole;
  });
}
