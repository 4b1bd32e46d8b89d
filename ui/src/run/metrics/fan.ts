/** Series of a metric's contexts as if each were a run, so that one chart draws them all; and what they are together. */

import { askSeries } from "../../charts/ask";
import type { AskSeries, SeriesQuery } from "../../charts/loader";
import { decodeSeries, type Series } from "../../charts/series";
import type { Course, Variant } from "./courses";

/** What the server takes in one request. */
const MAX_KEYS = 200;
const MEAN_BINS = 300;

export type Fan = "lines" | "mean";

export const MEAN_LABEL = "mean, least to greatest";

/** Return the line of a label in place of a run: the run itself for the metric itself. */
export const lineId = (runId: string, label: string): string => (label === "" ? runId : `${runId} ${label}`);

/** Return what asks for the series of courses by their names. */
export function makeFanAsk(runId: string, courses: readonly Course[], fan: Fan): AskSeries {
  const byName = new Map(courses.map((course) => [course.name, course]));
  return async (query, signal) => {
    const wanted = query.keys.flatMap((name) => byName.get(name) ?? []);
    const series = await askAll(runId, query, wanted.flatMap(({ variants }) => variants.map(({ key }) => key)), signal);
    return encodeSeries(wanted.flatMap((course) => fanOut(runId, course, series, fan)));
  };
}

async function askAll(runId: string, query: SeriesQuery, keys: readonly string[], signal: AbortSignal): Promise<Map<string, Series>> {
  const parts: (readonly string[])[] = [];
  for (let from = 0; from < keys.length; from += MAX_KEYS) parts.push(keys.slice(from, from + MAX_KEYS));
  const buckets = keys.length > 1000 ? Math.min(query.buckets, 100) : query.buckets;
  const answers = await Promise.all(parts.map((part) => askSeries({ ...query, buckets, runIds: [runId], keys: part }, signal)));
  return new Map(answers.flatMap(decodeSeries).map((series) => [series.key, series]));
}

function fanOut(runId: string, { name, variants }: Course, all: ReadonlyMap<string, Series>, fan: Fan): Series[] {
  const found = variants.flatMap(({ key, label }) => {
    const series = all.get(key);
    return series ? [{ ...series, key: name, label }] : [];
  });
  const shown = dropSum(found);
  const [only] = shown;
  if (fan === "mean" && shown.length > 1) return [{ ...joinSeries(shown), runId: lineId(runId, MEAN_LABEL), key: name }];
  if (shown.length === 1 && only) return [{ ...only, runId: lineId(runId, only.label) }];
  return shown.map((one) => ({ ...one, runId: lineId(runId, one.label) }));
}

/** A metric's own series holds the points of all its contexts: it says nothing new unless some have no context. */
function dropSum<T extends Series & Pick<Variant, "label">>(found: readonly T[]): readonly T[] {
  const own = found.find(({ label }) => label === "");
  const rest = found.filter(({ label }) => label !== "");
  const points = rest.reduce((sum, { count }) => sum + count, 0);
  return own && rest.length > 0 && own.count <= points ? rest : found;
}

/** Join series into one of buckets: the mean of the last values in each, between the least and the greatest value. */
export function joinSeries(all: readonly Series[]): Series {
  const start = Math.min(...all.map(({ x }) => x[0] ?? Infinity));
  const end = Math.max(...all.map(({ x }) => x.at(-1) ?? -Infinity));
  const most = Math.max(0, ...all.map(({ x }) => x.length));
  const bins = Math.max(1, Math.min(MEAN_BINS, most));
  const width = (end - start) / bins || 1;
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  const [low, high] = [new Float64Array(bins).fill(Infinity), new Float64Array(bins).fill(-Infinity)];
  for (const series of all) {
    for (let i = 0; i < series.x.length; i++) {
      const value = series.last[i] ?? Number.NaN;
      const bin = Math.min(bins - 1, Math.floor(((series.x[i] ?? start) - start) / width));
      if (!Number.isFinite(value)) continue;
      sums[bin] = (sums[bin] ?? 0) + value;
      counts[bin] = (counts[bin] ?? 0) + 1;
      low[bin] = Math.min(low[bin] ?? value, series.low[i] ?? value);
      high[bin] = Math.max(high[bin] ?? value, series.high[i] ?? value);
    }
  }
  const filled = [...counts.keys()].filter((bin) => (counts[bin] ?? 0) > 0);
  const pick = (values: (bin: number) => number) => Float64Array.from(filled, values);
  return {
    runId: "",
    key: "",
    count: all.reduce((sum, { count }) => sum + count, 0),
    raw: false,
    x: pick((bin) => (bins === 1 ? end : start + (bin + 0.5) * width)),
    low: pick((bin) => low[bin] ?? Number.NaN),
    high: pick((bin) => high[bin] ?? Number.NaN),
    last: pick((bin) => (sums[bin] ?? 0) / (counts[bin] ?? 1)),
  };
}

/** Write series as the server does: see `decodeSeries`. */
export function encodeSeries(all: readonly Series[]): ArrayBuffer {
  const heads = all.map(({ runId, key, count, raw, x }) => ({ run_id: runId, key, count, points: x.length, raw }));
  const text = new TextEncoder().encode(JSON.stringify({ series: heads }));
  const head = Math.ceil((4 + text.length) / 8) * 8 - 4;
  const columns = all.flatMap(({ raw, x, low, high, last }) => (raw ? [x, last] : [x, low, high, last]));
  const buffer = new ArrayBuffer(4 + head + 8 * columns.reduce((sum, column) => sum + column.length, 0));
  new DataView(buffer).setUint32(0, head, true);
  const bytes = new Uint8Array(buffer, 4, head);
  bytes.fill(0x20);
  bytes.set(text);
  let offset = 4 + head;
  for (const column of columns) {
    new Float64Array(buffer, offset, column.length).set(column);
    offset += 8 * column.length;
  }
  return buffer;
}
