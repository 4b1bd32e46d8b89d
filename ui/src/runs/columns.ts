/** The columns of the runs table: what each is called, how it is shown, and which ones are chosen at first. */

import type { KeySummary } from "../api/schema";

export type ColumnKind = "metrics" | "params" | "tags" | "attributes";

export interface Column {
  /** As the server names it: `metrics.auc`, `attributes.status`. */
  readonly id: string;
  readonly kind: ColumnKind;
  readonly title: string;
  readonly isNumeric: boolean;
  readonly isSortable: boolean;
  readonly width: number;
}

const DEFAULT_KEYS = 8;
const CHARACTER_WIDTH = 7.8;

interface Attribute {
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly isNumeric: boolean;
  readonly isSortable: boolean;
}

export const ATTRIBUTES: readonly Attribute[] = [
  { name: "status", title: "Status", width: 100, isNumeric: false, isSortable: true },
  { name: "start_time", title: "Created", width: 110, isNumeric: true, isSortable: true },
  { name: "duration", title: "Duration", width: 104, isNumeric: true, isSortable: false },
  { name: "end_time", title: "Ended", width: 110, isNumeric: true, isSortable: true },
  { name: "user_id", title: "User", width: 110, isNumeric: false, isSortable: true },
];
const BASIC = ["attributes.status", "attributes.start_time", "attributes.duration"];

/** Describe a column by its id. */
export function describeColumn(id: string): Column {
  const dot = id.indexOf(".");
  const name = id.slice(dot + 1);
  const attribute = ATTRIBUTES.find((known) => `attributes.${known.name}` === id);
  if (attribute) return { id, kind: "attributes", ...attribute };
  const prefix = id.slice(0, dot);
  const kind: ColumnKind = prefix === "metrics" || prefix === "params" ? prefix : "tags";
  const width = Math.round(Math.min(220, Math.max(84, name.length * CHARACTER_WIDTH + 44)));
  return { id, kind, title: name, isNumeric: kind === "metrics", isSortable: true, width };
}

/** Write a key's column id. */
export function columnOf({ kind, name }: KeySummary): string {
  return `${kind}s.${name}`;
}

/** Choose columns: status and times, then the metrics that most runs have, then the parameters that vary. */
export function chooseColumns(keys: readonly KeySummary[]): string[] {
  const metrics = keys.filter((key) => key.kind === "metric" && !key.name.startsWith("system/"));
  const params = keys.filter((key) => key.kind === "param" && key.distinct > 1);
  const some = metrics.slice(0, Math.max(4, DEFAULT_KEYS - params.length));
  const chosen = [...some, ...params.slice(0, DEFAULT_KEYS - Math.min(some.length, DEFAULT_KEYS))];
  return [...BASIC, ...chosen.slice(0, DEFAULT_KEYS).map(columnOf)];
}

/** Return the parameters that are the same in all runs, as `name = value`. */
export function findConstants(keys: readonly KeySummary[], runs: number): string[] {
  return keys
    .filter((key) => key.kind === "param" && key.distinct === 1 && key.runs === runs && runs > 1)
    .map((key) => `${key.name} = ${key.values?.[0] ?? "…"}`);
}

/** Return the columns of parameters whose values are all numbers; they stand to the right. */
export function findNumericParams(keys: readonly KeySummary[]): ReadonlySet<string> {
  return new Set(keys.filter((key) => key.kind === "param" && typeof key.min === "number").map(columnOf));
}

/** Guess from its name whether less of a metric is better. */
export function isLessBetter(name: string): boolean {
  return /(^|[^a-z])(loss|error|err|rmse|mse|mae|mape|perplexity|ppl|latency|time|duration|wer|cer|fid|nll|divergence)([^a-z]|$)/i.test(name);
}

/** Columns to offer beside the attributes: metrics, parameters, then tags that are not MLflow's own. */
export function isOffered(key: KeySummary): boolean {
  return key.kind !== "attribute" && !(key.kind === "tag" && key.name.startsWith("mlflow."));
}
