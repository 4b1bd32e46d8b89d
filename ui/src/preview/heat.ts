/** Numbers as colours: dark for the least, light for the greatest, on both backgrounds. */

const STOPS = [
  [0x44, 0x01, 0x54],
  [0x3b, 0x52, 0x8b],
  [0x21, 0x91, 0x8c],
  [0x5e, 0xc9, 0x62],
  [0xfd, 0xe7, 0x25],
] as const;

export type Means = readonly (readonly (number | null)[])[];

/** Return the colour of a share between 0 and 1. */
export function colorOf(share: number): readonly [number, number, number] {
  const place = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
  const index = Math.min(STOPS.length - 2, Math.floor(place));
  const [from, to] = [STOPS[index] ?? STOPS[0], STOPS[index + 1] ?? STOPS[0]];
  const mix = (one: number, other: number) => Math.round(one + (other - one) * (place - index));
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

/** Paint rows of numbers, one pixel each; what is no number stays transparent. */
export function paintMeans(means: Means, low: number, high: number): Uint8ClampedArray<ArrayBuffer> {
  const width = means[0]?.length ?? 0;
  const pixels = new Uint8ClampedArray(4 * width * means.length);
  for (const [row, values] of means.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null) continue;
      pixels.set([...colorOf(high > low ? (value - low) / (high - low) : 0.5), 255], 4 * (row * width + column));
    }
  }
  return pixels;
}

/** Find the least and the greatest of means; both 0 if there is none. */
export function findRange(means: Means): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of means) {
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [0, 0];
}
