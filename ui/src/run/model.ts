/** A run as the page shows it, read from the wire. */

import { readFields, readList, readText } from "../lib/read";

export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly timestamp: number;
}

export interface Pair {
  readonly key: string;
  readonly value: string;
}

/** A dataset that a run read. */
export interface DatasetUse {
  readonly name: string;
  readonly digest: string;
  /** `training`, `validation`, …; empty if it was not said. */
  readonly context: string;
  readonly sourceType: string;
  readonly source: string;
  /** JSON, or empty. */
  readonly schema: string;
  readonly profile: string;
}

export interface RunDetails {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly status: string;
  readonly user: string;
  /** Milliseconds since 1970; `endTime` is null while the run is running. */
  readonly startTime: number;
  readonly endTime: number | null;
  readonly isArchived: boolean;
  readonly artifactUri: string;
  readonly metrics: readonly Metric[];
  readonly params: readonly Pair[];
  readonly tags: ReadonlyMap<string, string>;
  readonly datasets: readonly DatasetUse[];
}

/** Read a number, also one written as text, as `NaN` and the infinities are. */
export function readNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" ? Number(value) : Number.NaN;
}

function readPair(value: unknown): Pair {
  const fields = readFields(value);
  return { key: readText(fields["key"]), value: readText(fields["value"]) };
}

const byKey = (one: Metric, other: Metric): number => (one.key < other.key ? -1 : 1);

function readMetric(value: unknown): Metric {
  const fields = readFields(value);
  return {
    key: readText(fields["key"]),
    value: readNumber(fields["value"]),
    step: readNumber(fields["step"] ?? 0),
    timestamp: readNumber(fields["timestamp"]),
  };
}

function readDataset(value: unknown): DatasetUse {
  const input = readFields(value);
  const dataset = readFields(input["dataset"]);
  const tags = new Map(readList(input["tags"]).map(readPair).map(({ key, value: text }) => [key, text]));
  return {
    name: readText(dataset["name"]),
    digest: readText(dataset["digest"]),
    context: tags.get("mlflow.data.context") ?? "",
    sourceType: readText(dataset["source_type"]),
    source: readText(dataset["source"]),
    schema: readText(dataset["schema"]),
    profile: readText(dataset["profile"]),
  };
}

/** Read the answer of `runs/get`, or one entry of `runs/search`. */
export function readRun(value: unknown): RunDetails {
  const run = readFields(value);
  const info = readFields(run["info"]);
  const data = readFields(run["data"]);
  const end = readNumber(info["end_time"]);
  return {
    runId: readText(info["run_id"]),
    experimentId: readText(info["experiment_id"]),
    name: readText(info["run_name"]),
    status: readText(info["status"]),
    user: readText(info["user_id"]),
    startTime: readNumber(info["start_time"]),
    endTime: Number.isNaN(end) ? null : end,
    isArchived: info["lifecycle_stage"] === "deleted",
    artifactUri: readText(info["artifact_uri"]),
    // A metric in a context stands behind the metric itself: their keys begin alike.
    metrics: [...readList(data["metrics"]), ...readList(data["contexts"])].map(readMetric).sort(byKey),
    params: readList(data["params"]).map(readPair),
    tags: new Map(readList(data["tags"]).map(readPair).map(({ key, value: text }) => [key, text])),
    datasets: readList(readFields(run["inputs"])["dataset_inputs"]).map(readDataset),
  };
}

export const PARENT_TAG = "mlflow.parentRunId";
export { STAR_TAG } from "../experiments/tags";

/** Whether a run goes on. */
export const isRunning = ({ status, endTime }: Pick<RunDetails, "status" | "endTime">): boolean =>
  endTime === null && (status === "RUNNING" || status === "SCHEDULED");

/** The colours of the states. */
export const TONES: Readonly<Record<string, string>> = {
  RUNNING: "run",
  SCHEDULED: "run",
  FINISHED: "ok",
  FAILED: "bad",
  KILLED: "warn",
};

/** Whether a metric tells about the machine. */
export const isSystemMetric = (key: string): boolean => key.startsWith("system/");

export interface Group {
  readonly name: string;
  readonly pairs: readonly Pair[];
}

const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

/** Group params by what stands before the first `.` or `/`, when at least two share it; the others come first. */
export function groupPairs(pairs: readonly Pair[], search: string): Group[] {
  const needle = search.trim().toLowerCase();
  const found = pairs.filter(({ key, value }) => `${key} ${value}`.toLowerCase().includes(needle));
  const prefixOf = (key: string) => /^([^./]+)[./]./.exec(key)?.[1] ?? "";
  const counts = new Map<string, number>();
  for (const { key } of pairs) counts.set(prefixOf(key), (counts.get(prefixOf(key)) ?? 0) + 1);
  const groups = new Map<string, Pair[]>();
  for (const pair of [...found].sort((a, b) => compare(a.key, b.key))) {
    const prefix = prefixOf(pair.key);
    const name = (counts.get(prefix) ?? 0) > 1 ? prefix : "";
    const group = groups.get(name);
    if (group) group.push(pair);
    else groups.set(name, [pair]);
  }
  return [...groups]
    .sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : compare(a, b)))
    .map(([name, group]) => ({ name, pairs: group }));
}

const LESS_IS_BETTER = /(^|[^a-z])(loss|err|error|mae|mse|rmse|mape|perplexity|ppl|nll|cer|wer|fid|regret|latency)([^a-z]|$)/i;
const MORE_IS_BETTER = /(^|[^a-z])(acc|accuracy|auc|roc|f1|precision|recall|r2|map|ndcg|score|bleu|rouge|iou|reward|psnr|ssim)([^a-z]|$)/i;

/** Guess from its name whether a metric is better when it is small or great; empty when the name says nothing. */
export function guessBest(key: string): "min" | "max" | "" {
  if (LESS_IS_BETTER.test(key)) return "min";
  return MORE_IS_BETTER.test(key) ? "max" : "";
}

/** Write how long something took: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${ms < 10_000 ? (ms / 1000).toFixed(1) : seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
