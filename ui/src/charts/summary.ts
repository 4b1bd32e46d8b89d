/** What a chart shows, in words. */

import { MAX_LINES } from "./draw";
import type { Extent, Line } from "./lines";
import { formatCount, formatValue } from "./numbers";

const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;

/** Say in a line how far the values reach: `0.41 to 0.98`. */
export function describeRange(extent: Extent): string {
  if (Number.isNaN(extent.min)) return "no finite value";
  if (extent.min === extent.max) return `constant ${formatValue(extent.min)}`;
  return `${formatValue(extent.min)} to ${formatValue(extent.max)}`;
}

/** Say in a sentence what the picture shows, for those who do not see it. */
export function describeChart(key: string, lines: readonly Line[], extent: Extent): string {
  if (lines.length === 0) return `${key}: no points in this range.`;
  const points = lines.reduce((sum, line) => sum + line.series.count, 0);
  const only = lines.length === 1 ? lines[0] : undefined;
  const who = only ? `Line of ${only.run.name}` : `Lines of ${plural(lines.length, "run")}`;
  const last = only ? `, last ${formatValue(only.series.last[only.x.length - 1] ?? Number.NaN)}` : "";
  return `${key}: ${who}, ${plural(points, "point")}, ${describeRange(extent)}${last}.`;
}

/** Say when not every line is drawn as a line; empty otherwise. */
export function describeDensity(count: number): string {
  if (count <= MAX_LINES) return "";
  return `${plural(count, "line")}: ${MAX_LINES} drawn as lines, the rest as density with the band of their middle 80 %`;
}
