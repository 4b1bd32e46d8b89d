/** Smooth by an exponential moving average without the bias towards its start; `weight` is 0 (none) to below 1.
 * Values that are not finite stay as they are and do not enter the average. */
export function smoothValues(values: Float64Array, weight: number): Float64Array {
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
