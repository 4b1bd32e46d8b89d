import { describe, expect, it } from "vitest";
import { decodeSeries, findExtremes } from "./series";

function encode(series: object[], columns: number[]): ArrayBuffer {
  let text = JSON.stringify({ series });
  while ((4 + new TextEncoder().encode(text).length) % 8 !== 0) text += " ";
  const header = new TextEncoder().encode(text);
  const buffer = new ArrayBuffer(4 + header.length + 8 * columns.length);
  const view = new DataView(buffer);
  view.setUint32(0, header.length, true);
  new Uint8Array(buffer, 4, header.length).set(header);
  columns.forEach((value, index) => view.setFloat64(4 + header.length + 8 * index, value, true));
  return buffer;
}

const RAW = { run_id: "a", key: "löss", count: 2, points: 2, raw: true };
const BUCKETS = { run_id: "b", key: "löss", count: 100, points: 2, raw: false };

describe("decodeSeries", () => {
  it("reads raw points and buckets one after another", () => {
    const buffer = encode([RAW, BUCKETS], [0, 1, 0.5, 0.25, 10, 20, -1, -2, 3, 4, 1, 2]);
    const [raw, buckets] = decodeSeries(buffer);
    expect([...(raw?.x ?? [])]).toEqual([0, 1]);
    expect([...(raw?.last ?? [])]).toEqual([0.5, 0.25]);
    expect(raw?.low).toBe(raw?.high);
    expect([...(buckets?.x ?? [])]).toEqual([10, 20]);
    expect([...(buckets?.low ?? [])]).toEqual([-1, -2]);
    expect([...(buckets?.high ?? [])]).toEqual([3, 4]);
    expect([...(buckets?.last ?? [])]).toEqual([1, 2]);
    expect(buckets?.count).toBe(100);
  });

  it("reads an answer without series", () => {
    expect(decodeSeries(encode([], []))).toEqual([]);
  });

  it("refuses an answer that is cut off or lacks fields", () => {
    expect(() => decodeSeries(new ArrayBuffer(2))).toThrow(TypeError);
    expect(() => decodeSeries(encode([{ key: "x" }], []))).toThrow("lacks run_id");
    expect(() => decodeSeries(encode([RAW], [1]))).toThrow(RangeError);
  });
});

describe("findExtremes", () => {
  it("skips NaN, keeps infinities and says where each value was", () => {
    const nan = Number.NaN;
    const [series] = decodeSeries(encode([{ ...RAW, points: 4 }], [1, 2, 3, 4, nan, 5, -Infinity, 2]));
    if (!series) throw new Error("no series");
    expect(findExtremes(series)).toEqual({ min: -Infinity, minX: 3, max: 5, maxX: 2, last: 2, lastX: 4 });
  });

  it("gives NaN for a series of nothing but NaN", () => {
    const [series] = decodeSeries(encode([{ ...RAW, points: 1 }], [1, Number.NaN]));
    if (!series) throw new Error("no series");
    expect(findExtremes(series).min).toBeNaN();
    expect(findExtremes(series).max).toBeNaN();
  });
});
