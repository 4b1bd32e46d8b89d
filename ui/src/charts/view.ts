/** What the reader set for a grid of charts, kept in the URL. */

import { readChoice } from "../lib/codec";

export type XAxis = "step" | "time" | "relative" | "metric";
export const SMOOTHINGS = ["ema", "gaussian", "mean"] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface ChartView {
  readonly x: XAxis;
  /** The metric along the x axis when that is a metric, such as `epoch`. */
  readonly xKey: string;
  /** Weight of the moving average, 0 to 0.99; the other kinds of smoothing reach as far. */
  readonly smooth: number;
  readonly smoothing: Smoothing;
  /** The field whose values put runs into groups, drawn as mean and range; empty for a line a run. */
  readonly by: string;
  /** The field with a card of its own for each of its values, or empty. */
  readonly facet: string;
  readonly search: string;
  /** The part of the x axis in view, null for all: steps, milliseconds since 1970, or seconds for `relative`. */
  readonly range: Range | null;
  readonly logX: boolean;
  /** Keys drawn on a logarithmic y axis. */
  readonly logY: readonly string[];
  /** The key shown large, or empty. */
  readonly open: string;
  /** Whether the least and greatest value of each bucket are drawn behind its line. */
  readonly bands: boolean;
  /** Whether the y axes leave out the greatest and the least values. */
  readonly clips: boolean;
  /** The y axes that the reader set, by key. */
  readonly limits: readonly Limit[];
  /** The keys whose cards come before the others, in order. */
  readonly first: readonly string[];
}

/** What the y axis of a key shows. */
export interface Limit extends Range {
  readonly key: string;
}

export const DEFAULT_VIEW: ChartView = {
  x: "step",
  xKey: "",
  smooth: 0,
  smoothing: "ema",
  by: "",
  facet: "",
  search: "",
  range: null,
  logX: false,
  logY: [],
  open: "",
  bands: true,
  clips: false,
  limits: [],
  first: [],
};

const NAMES = ["x", "smooth", "smoothing", "by", "facet", "keys", "range", "logx", "logy", "chart", "bands", "clip", "ylim", "first"];

const METRIC = "metrics.";

/** Read an x axis: `time`, `relative`, or `metrics.epoch`; anything else is the step. */
export function readAxis(text: string | null): { readonly x: XAxis; readonly xKey: string } {
  if (text === "time" || text === "relative") return { x: text, xKey: "" };
  if (text?.startsWith(METRIC) && text.length > METRIC.length) return { x: "metric", xKey: text.slice(METRIC.length) };
  return { x: "step", xKey: "" };
}

/** Write what `readAxis` reads. */
export const writeAxis = ({ x, xKey }: { readonly x: XAxis; readonly xKey: string }): string => (x === "metric" ? METRIC + xKey : x);

function readRange(text: string | null): Range | null {
  const [start, end, ...rest] = (text ?? "").split("~").map(Number);
  if (start === undefined || end === undefined || rest.length > 0) return null;
  return Number.isFinite(start) && Number.isFinite(end) && start < end ? { start, end } : null;
}

/** Read `loss~0~2`; a key may hold the sign, too. */
function readLimit(text: string): Limit[] {
  const [, key = "", ends = null] = /^(.*)~([^~]*~[^~]*)$/s.exec(text) ?? [];
  const range = readRange(ends);
  return key && range ? [{ key, ...range }] : [];
}

/** Return what the y axis of a key is to show; null for what its values need. */
export const limitOf = (view: ChartView, key: string): Range | null => view.limits.find((limit) => limit.key === key) ?? null;

/** Read a view from a query string; what is absent or wrong is at its default. */
export function readView(query: URLSearchParams): ChartView {
  const smooth = Number(query.get("smooth") ?? 0);
  return {
    ...readAxis(query.get("x")),
    smooth: smooth > 0 ? Math.min(smooth, 0.99) : 0,
    smoothing: readChoice(query.get("smoothing"), SMOOTHINGS),
    by: query.get("by") ?? "",
    facet: query.get("facet") ?? "",
    search: query.get("keys") ?? "",
    range: readRange(query.get("range")),
    logX: query.get("logx") === "1",
    logY: query.getAll("logy"),
    open: query.get("chart") ?? "",
    bands: query.get("bands") !== "0",
    clips: query.get("clip") === "1",
    limits: query.getAll("ylim").flatMap(readLimit),
    first: query.getAll("first"),
  };
}

/** Write a view into a copy of a query string: defaults are left out, other parameters stay. */
export function writeView(query: URLSearchParams, view: ChartView): URLSearchParams {
  const written = new URLSearchParams(query);
  for (const name of NAMES) written.delete(name);
  if (view.x !== "step") written.set("x", writeAxis(view));
  if (view.smooth > 0) written.set("smooth", String(view.smooth));
  if (view.smoothing !== "ema") written.set("smoothing", view.smoothing);
  if (view.by) written.set("by", view.by);
  if (view.facet) written.set("facet", view.facet);
  if (view.search) written.set("keys", view.search);
  if (view.range) written.set("range", `${view.range.start}~${view.range.end}`);
  if (view.logX) written.set("logx", "1");
  for (const key of view.logY) written.append("logy", key);
  if (view.open) written.set("chart", view.open);
  if (!view.bands) written.set("bands", "0");
  if (view.clips) written.set("clip", "1");
  for (const { key, start, end } of view.limits) written.append("ylim", `${key}~${start}~${end}`);
  for (const key of view.first) written.append("first", key);
  return written;
}
