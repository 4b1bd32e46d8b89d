/** The columns of the runs table: what each is called, how it is shown, and which ones are chosen at first. */

import type { KeySummary } from "../api/schema";

export type ColumnKind = "metrics" | "params" | "tags" | "attributes" | "datasets";

export const STATISTICS = ["last", "min", "max", "mean", "first"] as const;
/** Which of a metric's points a column holds. */
export type Statistic = (typeof STATISTICS)[number];

export interface Column {
  /** As the server names it: `metrics.auc`, `min:metrics.auc`, `attributes.status`. */
  readonly id: string;
  readonly kind: ColumnKind;
  readonly title: string;
  readonly isNumeric: boolean;
  readonly isSortable: boolean;
  readonly width: number;
  readonly statistic: Statistic;
}

/** The metric that decides which run is best, as an experiment says. */
export interface MainMetric {
  readonly key: string;
  readonly isLess: boolean;
}

const DEFAULT_KEYS = 8;
const CHARACTER_WIDTH = 7.4;

interface Attribute {
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly isNumeric: boolean;
  readonly isSortable: boolean;
}

export const ATTRIBUTES: readonly Attribute[] = [
  { name: "status", title: "Status", width: 94, isNumeric: false, isSortable: true },
  { name: "start_time", title: "Created", width: 102, isNumeric: true, isSortable: true },
  { name: "duration", title: "Duration", width: 104, isNumeric: true, isSortable: true },
  { name: "end_time", title: "Ended", width: 110, isNumeric: true, isSortable: true },
  { name: "user_id", title: "User", width: 110, isNumeric: false, isSortable: true },
  { name: "models", title: "Models", width: 84, isNumeric: true, isSortable: false },
  { name: "experiment_id", title: "Experiment", width: 150, isNumeric: false, isSortable: true },
];
const DATASET_TITLES: Readonly<Record<string, string>> = { name: "Dataset", digest: "Dataset digest", context: "Dataset context" };
/** The columns of what runs read. */
export const DATASETS = Object.keys(DATASET_TITLES).map((name) => `datasets.${name}`);
const BASIC = ["attributes.status", "attributes.start_time"];

/** Describe a column by its id. */
export function describeColumn(id: string): Column {
  const attribute = ATTRIBUTES.find((known) => `attributes.${known.name}` === id);
  if (attribute) return { id, kind: "attributes", statistic: "last", ...attribute };
  const dot = id.indexOf(".");
  const name = id.slice(dot + 1);
  const [prefix = "", word] = id.slice(0, dot).split(":").reverse();
  const statistic = STATISTICS.find((known) => known === word) ?? "last";
  const kind: ColumnKind = prefix === "metrics" || prefix === "params" || prefix === "datasets" ? prefix : "tags";
  const title = kind === "datasets" ? (DATASET_TITLES[name] ?? name) : statistic === "last" ? name : `${statistic} ${name}`;
  const width = Math.round(Math.min(220, Math.max(84, title.length * CHARACTER_WIDTH + 58)));
  return { id, kind, title, isNumeric: kind === "metrics", isSortable: kind !== "datasets", width, statistic };
}

/** What the badges of columns say: the kind of their keys. */
export const BADGES: Readonly<Record<ColumnKind, readonly [letter: string, word: string]>> = {
  metrics: ["M", "metric"],
  params: ["P", "parameter"],
  tags: ["T", "tag"],
  datasets: ["D", "of what the run read"],
  attributes: ["", ""],
};

export interface ColumnOrder {
  readonly columns: readonly string[];
  readonly pinned: readonly string[];
}

/** Put a column beside another; one that comes beside a pinned one is pinned, and the other way round. */
export function moveBeside({ columns, pinned }: ColumnOrder, column: string, target: string, isAfter: boolean): ColumnOrder {
  const others = columns.filter((id) => id !== column);
  const place = others.indexOf(target) + (isAfter ? 1 : 0);
  const unpinned = pinned.filter((id) => id !== column);
  return { columns: [...others.slice(0, place), column, ...others.slice(place)], pinned: pinned.includes(target) ? [...unpinned, column] : unpinned };
}

/** Put a column one place to the left or right among those that are pinned as it is, or among those that are not. */
export function moveBy(order: ColumnOrder, column: string, step: -1 | 1): ColumnOrder {
  const isPinned = order.pinned.includes(column);
  const peers = order.columns.filter((id) => order.pinned.includes(id) === isPinned);
  const target = peers[peers.indexOf(column) + step];
  return target === undefined ? order : moveBeside(order, column, target, step > 0);
}

/** Return the column of another statistic of the same metric. */
export function withStatistic(id: string, statistic: Statistic): string {
  const plain = id.slice(id.indexOf(":") + 1);
  return statistic === "last" ? plain : `${statistic}:${plain}`;
}

/** Write a key's column id. */
export function columnOf({ kind, name }: KeySummary): string {
  return `${kind}s.${name}`;
}

/** Choose columns: status and start, then the metrics that most runs have and the parameters that vary, then how long it took. */
export function chooseColumns(keys: readonly KeySummary[], main = "", hasSeveralExperiments = false): string[] {
  const isShown = (key: KeySummary) => key.kind === "metric" && (!key.name.startsWith("system/") || key.name === main);
  const metrics = keys.filter(isShown).sort((a, b) => Number(b.name === main) - Number(a.name === main));
  const params = keys.filter((key) => key.kind === "param" && key.distinct > 1);
  const some = metrics.slice(0, Math.max(4, DEFAULT_KEYS - params.length));
  const chosen = [...some, ...params.slice(0, DEFAULT_KEYS - Math.min(some.length, DEFAULT_KEYS))];
  return [...(hasSeveralExperiments ? ["attributes.experiment_id"] : []), ...BASIC, ...chosen.slice(0, DEFAULT_KEYS).map(columnOf), "attributes.duration"];
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

/** Return whether less of a metric's column is better: as the experiment says, or as its name sounds. */
export function isLess(column: string, main: MainMetric | null): boolean {
  const name = column.slice(column.indexOf(".") + 1);
  return main?.key === name ? main.isLess : isLessBetter(name);
}

/** Guess from its name whether less of a metric is better. */
export function isLessBetter(name: string): boolean {
  return /(^|[^a-z])(loss|error|err|rmse|mse|mae|mape|perplexity|ppl|latency|time|duration|wer|cer|fid|nll|divergence)([^a-z]|$)/i.test(name);
}

/** Columns to offer beside the attributes: metrics, parameters, then tags that are not MLflow's own. */
export function isOffered(key: KeySummary): boolean {
  return key.kind !== "attribute" && !(key.kind === "tag" && key.name.startsWith("mlflow."));
}
