/** A chart that the reader added: what it shows, and how that is written in an address. */

import { decodeList, encodeList } from "../lib/codec";

export const KINDS = ["line", "bar", "scatter", "parallel", "box", "contour", "importance", "difference", "images", "note"] as const;
export type PlotKind = (typeof KINDS)[number];

/** A part of an axis that runs must be in: numbers between two ends, or some of the texts. */
export interface Brush {
  readonly field: string;
  readonly low: number;
  readonly high: number;
  /** For texts: those that are in. */
  readonly texts: readonly string[];
}

export interface PlotSpec {
  readonly kind: PlotKind;
  /** Fields such as `params.lr`; the name of a metric for lines and importance. */
  readonly x: string;
  readonly y: string;
  readonly size: string;
  readonly color: string;
  /** The axes of parallel coordinates, in order. */
  readonly axes: readonly string[];
  /** The fields on logarithmic axes. */
  readonly log: readonly string[];
  readonly brushes: readonly Brush[];
  /** The words of a note. */
  readonly text: string;
}

export const EMPTY_SPEC: PlotSpec = { kind: "bar", x: "", y: "", size: "", color: "", axes: [], log: [], brushes: [], text: "" };

const SINGLES = ["x", "y", "size", "color", "text"] as const;

/** Write a chart: `scatter:x=params.lr,y=metrics.loss,log=params.lr`. */
export function encodeSpec(spec: PlotSpec): string {
  const parts = SINGLES.filter((name) => spec[name] !== "").map((name) => `${name}=${spec[name]}`);
  parts.push(...spec.axes.map((axis) => `axis=${axis}`), ...spec.log.map((axis) => `log=${axis}`));
  parts.push(...spec.brushes.map(encodeBrush));
  return `${spec.kind}:${encodeList(parts)}`;
}

/** Read a chart; null for what is none. */
export function decodeSpec(text: string): PlotSpec | null {
  const colon = text.indexOf(":");
  const kind = KINDS.find((known) => known === (colon < 0 ? text : text.slice(0, colon)));
  if (!kind) return null;
  const single: Record<string, string> = {};
  const [axes, log, brushes]: [string[], string[], Brush[]] = [[], [], []];
  for (const part of colon < 0 ? [] : decodeList(text.slice(colon + 1))) {
    const equals = part.indexOf("=");
    const [name, value] = [part.slice(0, equals), part.slice(equals + 1)];
    if (name === "axis") axes.push(value);
    else if (name === "log") log.push(value);
    else if (name === "in") brushes.push(...decodeBrush(value));
    else single[name] = value;
  }
  const { x = "", y = "", size = "", color = "", text: words = "" } = single;
  return { kind, x, y, size, color, axes, log, brushes, text: words };
}

function encodeBrush({ field, low, high, texts }: Brush): string {
  const part = texts.length > 0 ? [field, ...texts] : [field, `${low}~${high}`];
  return `in=${encodeList(part)}`;
}

function decodeBrush(text: string): Brush[] {
  const [field = "", ...texts] = decodeList(text);
  const [low, high, ...rest] = (texts.length === 1 ? (texts[0] ?? "") : "").split("~").map((end) => (end === "" ? Number.NaN : Number(end)));
  if (low !== undefined && high !== undefined && rest.length === 0 && low <= high) return [{ field, low, high, texts: [] }];
  return field && texts.length > 0 ? [{ field, low: Number.NaN, high: Number.NaN, texts }] : [];
}

/** Read the charts that were added, from the parameters of an address. */
export function readSpecs(query: URLSearchParams): PlotSpec[] {
  return query.getAll("charts").flatMap((text) => decodeSpec(text) ?? []);
}

/** Write the charts that were added into a copy of the parameters. */
export function writeSpecs(query: URLSearchParams, specs: readonly PlotSpec[]): URLSearchParams {
  const written = new URLSearchParams(query);
  written.delete("charts");
  for (const spec of specs) written.append("charts", encodeSpec(spec));
  return written;
}

/** Which columns a chart needs from the server. */
export function columnsOf(spec: PlotSpec): string[] {
  const isField = spec.kind !== "line" && spec.kind !== "images" && spec.kind !== "note" && spec.kind !== "importance";
  if (!isField) return [];
  return [spec.x, spec.y, spec.size, spec.color, ...spec.axes].filter((id) => id.includes("."));
}

const name = (id: string): string => id.slice(id.indexOf(".") + 1);

/** Name a chart. */
export function titleOfSpec(spec: PlotSpec): string {
  switch (spec.kind) {
    case "line":
      return spec.x && !["step", "time", "relative"].includes(spec.x) ? `${spec.y} over ${spec.x}` : spec.y;
    case "bar":
      return `${name(spec.y)} by run`;
    case "scatter":
      return `${name(spec.y)} against ${name(spec.x)}`;
    case "parallel":
      return "Parallel coordinates";
    case "box":
      return spec.x ? `${name(spec.y)} by ${name(spec.x)}` : name(spec.y);
    case "contour":
      return `${name(spec.color)} over ${name(spec.x)} and ${name(spec.y)}`;
    case "importance":
      return `What matters for ${spec.y}`;
    case "difference":
      return `${name(spec.y)}: difference to baseline`;
    case "images":
      return spec.y ? `Images: ${spec.y}` : "Images";
    case "note":
      return "Note";
  }
}
