/** What the reader set for a grid of charts, kept in the URL. */

export type XAxis = "step" | "time" | "relative";
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface ChartView {
  readonly x: XAxis;
  /** Weight of the moving average, 0 to 0.99. */
  readonly smooth: number;
  readonly search: string;
  /** The part of the x axis in view, null for all: steps, milliseconds since 1970, or seconds for `relative`. */
  readonly range: Range | null;
  readonly logX: boolean;
  /** Keys drawn on a logarithmic y axis. */
  readonly logY: readonly string[];
  /** The key shown large, or empty. */
  readonly open: string;
}

export const DEFAULT_VIEW: ChartView = {
  x: "step",
  smooth: 0,
  search: "",
  range: null,
  logX: false,
  logY: [],
  open: "",
};

const NAMES = ["x", "smooth", "keys", "range", "logx", "logy", "chart"];

function readAxis(text: string | null): XAxis {
  return text === "time" || text === "relative" ? text : "step";
}

function readRange(text: string | null): Range | null {
  const [start, end, ...rest] = (text ?? "").split("~").map(Number);
  if (start === undefined || end === undefined || rest.length > 0) return null;
  return Number.isFinite(start) && Number.isFinite(end) && start < end ? { start, end } : null;
}

/** Read a view from a query string; what is absent or wrong is at its default. */
export function readView(query: URLSearchParams): ChartView {
  const smooth = Number(query.get("smooth") ?? 0);
  return {
    x: readAxis(query.get("x")),
    smooth: smooth > 0 ? Math.min(smooth, 0.99) : 0,
    search: query.get("keys") ?? "",
    range: readRange(query.get("range")),
    logX: query.get("logx") === "1",
    logY: query.getAll("logy"),
    open: query.get("chart") ?? "",
  };
}

/** Write a view into a copy of a query string: defaults are left out, other parameters stay. */
export function writeView(query: URLSearchParams, view: ChartView): URLSearchParams {
  const written = new URLSearchParams(query);
  for (const name of NAMES) written.delete(name);
  if (view.x !== "step") written.set("x", view.x);
  if (view.smooth > 0) written.set("smooth", String(view.smooth));
  if (view.search) written.set("keys", view.search);
  if (view.range) written.set("range", `${view.range.start}~${view.range.end}`);
  if (view.logX) written.set("logx", "1");
  for (const key of view.logY) written.append("logy", key);
  if (view.open) written.set("chart", view.open);
  return written;
}
