/** What very many lines have in common: the band that holds most of them, place by place. */

import { findNearest, type Line } from "./lines";

const MAX_PLACES = 100;
const FEW = 3;
/** The band leaves out this share of the lines above and below it. */
const TAIL = 0.1;

/** Where the middle 80 % of lines are; NaN where there are too few. */
export interface Middle {
  readonly x: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Find the middle 80 % of lines at the places of the one with the most points. */
export function findMiddle(lines: readonly Line[]): Middle {
  const x = placesOf(lines);
  const [low, high] = [new Float64Array(x.length).fill(Number.NaN), new Float64Array(x.length).fill(Number.NaN)];
  for (const [place, at] of x.entries()) {
    const values = Float64Array.from(lines.flatMap((line) => valueAt(line, at))).sort();
    if (values.length < FEW) continue;
    const last = values.length - 1;
    low[place] = values[Math.round(last * TAIL)] ?? Number.NaN;
    high[place] = values[Math.round(last * (1 - TAIL))] ?? Number.NaN;
  }
  return { x, low, high };
}

function placesOf(lines: readonly Line[]): Float64Array {
  const [longest = new Float64Array()] = lines.map(({ x }) => x).sort((a, b) => b.length - a.length);
  const step = Math.max(1, (longest.length - 1) / (MAX_PLACES - 1));
  const count = Math.min(longest.length, MAX_PLACES);
  return Float64Array.from({ length: count }, (_, index) => longest[Math.round(index * step)] ?? Number.NaN);
}

/** The value of a line at a place, or nothing before its start and after its end. */
function valueAt({ x, values }: Line, at: number): number[] {
  if (x.length === 0 || at < (x[0] ?? 0) || at > (x[x.length - 1] ?? 0)) return [];
  const value = values[findNearest(x, at)] ?? Number.NaN;
  return Number.isFinite(value) ? [value] : [];
}
