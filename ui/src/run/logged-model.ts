/** A logged model as its page shows it. */

import type { LoggedModel, Metric } from "../api/schema";
import { readNumber } from "./model";

export const MODEL_STATUS: Readonly<Record<LoggedModel["info"]["status"], { readonly word: string; readonly tone: string }>> = {
  LOGGED_MODEL_PENDING: { word: "pending", tone: "run" },
  LOGGED_MODEL_READY: { word: "ready", tone: "ok" },
  LOGGED_MODEL_UPLOAD_FAILED: { word: "upload failed", tone: "bad" },
};

export interface ModelMetric {
  readonly key: string;
  /** The dataset it was measured on; empty if it was not said. */
  readonly dataset: string;
  readonly digest: string;
  readonly value: number;
  readonly step: number;
  /** How many points there are. */
  readonly count: number;
}

/** Take of each metric on each dataset the last point: that of the greatest step, then time. */
export function lastMetrics(points: readonly Metric[]): ModelMetric[] {
  const last = new Map<string, { readonly point: Metric; readonly count: number }>();
  for (const point of points) {
    const name = JSON.stringify([point.key, point.dataset_name ?? "", point.dataset_digest ?? ""]);
    const known = last.get(name);
    const isLater = !known || orderOf(point) >= orderOf(known.point);
    last.set(name, { point: isLater ? point : known.point, count: (known?.count ?? 0) + 1 });
  }
  return [...last.values()]
    .map(({ point, count }) => ({
      key: point.key,
      dataset: point.dataset_name ?? "",
      digest: point.dataset_digest ?? "",
      value: readNumber(point.value),
      step: point.step ?? 0,
      count,
    }))
    .sort((a, b) => compare(a.dataset, b.dataset) || compare(a.key, b.key));
}

const compare = new Intl.Collator("en", { numeric: true }).compare;

const orderOf = ({ step = 0, timestamp }: Metric): number => step * 1e14 + timestamp;

/** Put metrics under the dataset they were measured on. */
export function groupByDataset(metrics: readonly ModelMetric[]): (readonly [string, readonly ModelMetric[]])[] {
  const groups = new Map<string, ModelMetric[]>();
  for (const metric of metrics) {
    const name = metric.dataset ? `${metric.dataset}${metric.digest ? ` (${metric.digest.slice(0, 8)})` : ""}` : "";
    const group = groups.get(name);
    if (group) group.push(metric);
    else groups.set(name, [metric]);
  }
  return [...groups];
}
