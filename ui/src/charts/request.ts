/** What to ask the server for, given the view. */

import type { ChartRun } from "./lines";
import type { SeriesRequest } from "./loader";
import type { ChartView, Range } from "./view";

/** The server answers for at most so many runs at once. */
export const MAX_RUNS = 1000;
const MANY_RUNS = 50;

function toTime(range: Range, runs: readonly ChartRun[]): Range | null {
  const starts = runs.flatMap((run) => (run.startTime === undefined ? [] : [run.startTime]));
  if (starts.length < runs.length) return null;
  return { start: Math.min(...starts) + range.start * 1000, end: Math.max(...starts) + range.end * 1000 };
}

/** Ask for the range in view and about as many buckets as the card has pixels; half as many for many runs. */
export function makeRequest(runs: readonly ChartRun[], view: ChartView, width: number): SeriesRequest {
  const asked = runs.slice(0, MAX_RUNS);
  const range = view.range && view.x === "relative" ? toTime(view.range, asked) : view.range;
  const buckets = asked.length > MANY_RUNS ? width / 3 : width;
  return {
    runIds: asked.map((run) => run.runId),
    x: view.x === "step" || view.x === "metric" ? "step" : "time",
    xKey: view.x === "metric" ? view.xKey : "",
    start: range ? range.start : null,
    end: range ? range.end : null,
    buckets: Math.min(2000, Math.max(100, Math.ceil(buckets / 100) * 100)),
  };
}
