/** The fields that charts can show, and the first choice of them for each kind of chart. */

import type { KeySummary } from "../api/schema";
import type { FieldOption } from "./field-select";
import { EMPTY_SPEC, type PlotKind, type PlotSpec } from "./spec";

const MAX_OPTIONS = 500;
const AXES = 6;
const MAX_TEXTS = 20;
const LONG = 20;
const WIDE = 100;

export interface Options {
  readonly all: readonly FieldOption[];
  readonly numbers: readonly FieldOption[];
  readonly groups: readonly FieldOption[];
  readonly metrics: readonly FieldOption[];
  /** Params that make good axes: numbers, and texts that are short and few. */
  readonly axes: readonly FieldOption[];
  /** The ids of those that spread over several powers of ten. */
  readonly wide: ReadonlySet<string>;
}

const ATTRIBUTES: readonly FieldOption[] = [
  { id: "attributes.duration", kind: "attributes" },
  { id: "attributes.start_time", kind: "attributes" },
  { id: "attributes.status", kind: "attributes" },
  { id: "attributes.user_id", kind: "attributes" },
];

/** Sort keys into what charts can use them for; params that never vary are of no use. */
export function listOptions(keys: readonly KeySummary[]): Options {
  const useful = keys.filter(({ kind, distinct }) => kind === "metric" || distinct > 1).slice(0, MAX_OPTIONS);
  const made = useful.map((key) => ({ id: `${key.kind}s.${key.name}`, kind: `${key.kind}s`, isNumber: key.kind === "metric" || typeof key.min === "number", key }));
  const option = ({ id, kind }: FieldOption): FieldOption => ({ id, kind });
  return {
    all: [...made.map(option), ...ATTRIBUTES],
    numbers: [...made.filter(({ isNumber }) => isNumber).map(option), ...ATTRIBUTES.slice(0, 2)],
    groups: [...made.filter(({ kind }) => kind !== "metrics").map(option), ...ATTRIBUTES.slice(2)],
    axes: made.filter(({ kind, isNumber, key }) => kind === "params" && (isNumber || isHandy(key))).map(option),
    wide: new Set(made.filter(({ kind, key }) => kind === "params" && isWide(key)).map(({ id }) => id)),
    metrics: made.filter(({ kind }) => kind === "metrics").map(option),
  };
}

const isHandy = ({ distinct, values = [] }: KeySummary): boolean =>
  distinct <= MAX_TEXTS && values.every((value) => value.length <= LONG);

const isWide = ({ min, max }: KeySummary): boolean => typeof min === "number" && typeof max === "number" && min > 0 && max / min >= WIDE;

const of = (options: readonly FieldOption[], kind: string): string[] => options.filter((option) => option.kind === kind).map(({ id }) => id);
const bare = (id: string): string => id.slice(id.indexOf(".") + 1);

/** What a chart shows before the reader chooses: the first metrics and the params that vary, on fitting axes. */
export function suggestSpec(kind: PlotKind, options: Options): PlotSpec {
  const spec = suggestFields(kind, options);
  return { ...spec, log: [...new Set([spec.x, spec.y, ...spec.axes])].filter((id) => options.wide.has(id)) };
}

function suggestFields(kind: PlotKind, options: Options): PlotSpec {
  const metrics = of(options.metrics, "metrics").filter((id) => !id.startsWith("metrics.system/"));
  const params = of(options.numbers, "params");
  const axes = of(options.axes, "params");
  const groups = axes.filter((id) => !params.includes(id));
  const [metric = ""] = metrics;
  const base = { ...EMPTY_SPEC, kind };
  switch (kind) {
    case "line":
    case "importance":
      return { ...base, y: bare(metric) };
    case "bar":
    case "difference":
      return { ...base, y: metric };
    case "scatter":
      return { ...base, x: params[0] ?? metrics[1] ?? "attributes.duration", y: metric };
    case "box":
      return { ...base, x: groups[0] ?? axes[0] ?? "", y: metric };
    case "contour":
      return { ...base, x: params[0] ?? "", y: params[1] ?? "", color: metric };
    case "parallel":
      return { ...base, axes: [...axes.slice(0, AXES - 1), metric].filter(Boolean), color: metric };
    default:
      return base;
  }
}

/** Say what a chart still lacks; empty when it can be drawn. */
export function findLack(spec: PlotSpec): string {
  switch (spec.kind) {
    case "line":
    case "importance":
    case "bar":
    case "difference":
    case "box":
      return spec.y ? "" : "Choose a metric.";
    case "scatter":
      return spec.x && spec.y ? "" : "Choose both axes.";
    case "contour":
      return spec.x && spec.y && spec.color ? "" : "Choose two axes and the value over them.";
    case "parallel":
      return spec.axes.length >= 2 ? "" : "Choose at least two axes.";
    case "note":
      return spec.text.trim() ? "" : "Write something.";
    default:
      return "";
  }
}
