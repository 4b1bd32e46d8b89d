/** Metric histories as the server sends them: exact points when there are few, else buckets of min, max and last. */

export interface Series {
  readonly runId: string;
  readonly key: string;
  /** Exact number of logged points in the range, of which `x.length` were sent. */
  readonly count: number;
  /** Whether each entry is a logged point; otherwise it is a bucket and `x` is that of the bucket's last point. */
  readonly raw: boolean;
  readonly x: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly last: Float64Array;
}

interface Head {
  readonly runId: string;
  readonly key: string;
  readonly count: number;
  readonly points: number;
  readonly raw: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function readHead(value: unknown): Head {
  if (!isRecord(value)) throw new TypeError("The series header holds an entry that is no object.");
  const { run_id: runId, key, count, points, raw } = value;
  if (
    typeof runId !== "string" ||
    typeof key !== "string" ||
    typeof count !== "number" ||
    typeof points !== "number" ||
    typeof raw !== "boolean"
  ) {
    throw new TypeError("The series header lacks run_id, key, count, points or raw.");
  }
  return { runId, key, count, points, raw };
}

function readHeads(buffer: ArrayBuffer, length: number): Head[] {
  const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  if (!isRecord(header) || !Array.isArray(header["series"])) throw new TypeError("The series header lists no series.");
  return header["series"].map(readHead);
}

/** Decode the answer of `series/query`: uint32 header length, JSON header padded to a multiple of 8, float64 columns. */
export function decodeSeries(buffer: ArrayBuffer): Series[] {
  if (buffer.byteLength < 4) throw new TypeError("The series answer is shorter than its header.");
  const length = new DataView(buffer).getUint32(0, true);
  let offset = 4 + length;
  return readHeads(buffer, length).map((head) => {
    const columns: Float64Array[] = [];
    for (let column = 0; column < (head.raw ? 2 : 4); column++) {
      columns.push(new Float64Array(buffer, offset, head.points));
      offset += 8 * head.points;
    }
    const empty = new Float64Array(0);
    const x = columns[0] ?? empty;
    const low = columns[1] ?? empty;
    const high = head.raw ? low : (columns[2] ?? empty);
    const last = head.raw ? low : (columns[3] ?? empty);
    return { runId: head.runId, key: head.key, count: head.count, raw: head.raw, x, low, high, last };
  });
}

export interface Extremes {
  readonly min: number;
  readonly minX: number;
  readonly max: number;
  readonly maxX: number;
  readonly last: number;
  readonly lastX: number;
}

/** Find the least, greatest and last value of a series; NaN where it has none, infinities count. */
export function findExtremes(series: Series): Extremes {
  let min = Number.NaN;
  let minX = Number.NaN;
  let max = Number.NaN;
  let maxX = Number.NaN;
  for (let i = 0; i < series.x.length; i++) {
    const x = series.x[i] ?? Number.NaN;
    const low = series.low[i] ?? Number.NaN;
    const high = series.high[i] ?? Number.NaN;
    if (low < min || (Number.isNaN(min) && !Number.isNaN(low))) {
      min = low;
      minX = x;
    }
    if (high > max || (Number.isNaN(max) && !Number.isNaN(high))) {
      max = high;
      maxX = x;
    }
  }
  const end = series.x.length - 1;
  return { min, minX, max, maxX, last: series.last[end] ?? Number.NaN, lastX: series.x[end] ?? Number.NaN };
}
