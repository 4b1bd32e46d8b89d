/** Lines of groups of runs: the mean of each group, in the band between its least and greatest. */

import { styleOf } from "../lib/run-colors";
import { findNearest, type Line } from "./lines";

/** What a field says of each run: its value, by run id. */
export type Values = ReadonlyMap<string, string>;

export interface Group {
  readonly name: string;
  readonly runIds: readonly string[];
}

const MAX_POINTS = 400;
const compare = new Intl.Collator("en", { numeric: true }).compare;

/** The name of the runs that have no value. */
export const NOTHING = "(none)";

/** Put runs into groups by their value, in the order of the values. */
export function groupRuns(runIds: readonly string[], values: Values): Group[] {
  const groups = new Map<string, string[]>();
  for (const runId of runIds) {
    const name = values.get(runId) ?? NOTHING;
    const group = groups.get(name);
    if (group) group.push(runId);
    else groups.set(name, [runId]);
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([name, members]) => ({ name, runIds: members }));
}

/** Return one line for each group, on a grid of the places that its lines have; a line that ended leaves the mean. */
export function groupLines(lines: readonly Line[], values: Values): Line[] {
  const byRun = new Map(lines.map((line) => [line.run.runId, line]));
  return groupRuns([...byRun.keys()], values).map(({ name, runIds }, index) => {
    const members = runIds.flatMap((runId) => byRun.get(runId) ?? []);
    return meanOf(name, members, index);
  });
}

function meanOf(name: string, members: readonly Line[], index: number): Line {
  const x = mergePlaces(members);
  const [low, high, mean] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  for (let i = 0; i < x.length; i++) {
    let [sum, count, least, greatest] = [0, 0, Infinity, -Infinity];
    for (const line of members) {
      const value = valueAt(line, x[i] ?? 0);
      if (!Number.isFinite(value)) continue;
      sum += value;
      count++;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    mean[i] = count > 0 ? sum / count : Number.NaN;
    low[i] = count > 0 ? least : Number.NaN;
    high[i] = count > 0 ? greatest : Number.NaN;
  }
  const runs = members.length === 1 ? "1 run" : `${members.length} runs`;
  const run = { runId: `group:${name}`, name: `${name} · ${runs}`, ...styleOf(index) };
  const count = members.reduce((total, { series }) => total + series.count, 0);
  const key = members[0]?.series.key ?? "";
  return { run, series: { runId: run.runId, key, count, raw: members.length < 2, x, low, high, last: mean }, x, values: mean };
}

/** The places of several lines in order, thinned to `MAX_POINTS`. */
function mergePlaces(lines: readonly Line[]): Float64Array {
  const all = Float64Array.from(new Set(lines.flatMap(({ x }) => [...x]))).sort();
  if (all.length <= MAX_POINTS) return all;
  return Float64Array.from({ length: MAX_POINTS }, (_, index) => all[Math.round((index * (all.length - 1)) / (MAX_POINTS - 1))] ?? 0);
}

/** The value of a line at a place: the nearest within it; NaN before its start and after its end. */
function valueAt({ x, values }: Line, at: number): number {
  const first = x[0];
  const last = x[x.length - 1];
  if (first === undefined || last === undefined || at < first || at > last) return Number.NaN;
  return values[findNearest(x, at)] ?? Number.NaN;
}
