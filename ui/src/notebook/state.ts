/** What the kernel sends to a chart in a notebook: `about` as JSON, and series in the server's own format. */

import type { ChartRun } from "../charts/lines";
import { decodeSeries, type Series } from "../charts/series";
import type { XAxis } from "../charts/view";
import { styleOf } from "../lib/run-colors";

export interface NotebookRun extends ChartRun {
  readonly status: string;
  /** The address of the run's page, or empty if no server shows it. */
  readonly address: string;
}

export interface NotebookState {
  readonly runs: readonly NotebookRun[];
  readonly keys: readonly string[];
  /** How many metrics there are beyond `keys`. */
  readonly more: number;
  readonly x: XAxis;
  readonly smooth: number;
  readonly logY: boolean;
  readonly height: number;
  /** Why the chart is not up to date, or empty. */
  readonly problem: string;
  /** The series of each key by run. */
  readonly series: ReadonlyMap<string, ReadonlyMap<string, Series>>;
}

/** What anywidget hands to a front end, as far as it is used here. */
export interface Model {
  get(name: string): unknown;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const axisOf = (value: unknown): XAxis => (value === "time" || value === "relative" ? value : "step");

/** Read the state of a model; what is absent is empty. */
export function readState(model: Model): NotebookState {
  const about = model.get("about");
  const fields: Fields = isFields(about) ? about : {};
  return {
    runs: listOf(fields["runs"]).filter(isFields).map(readRun),
    keys: listOf(fields["keys"]).map(textOf),
    more: numberOf(fields["more"]),
    x: axisOf(fields["x"]),
    smooth: numberOf(fields["smooth"]),
    logY: fields["log_y"] === true,
    height: numberOf(fields["height"]) || 220,
    problem: textOf(fields["problem"]),
    series: readPoints(model.get("points")),
  };
}

function readRun(run: Fields, index: number): NotebookRun {
  return {
    runId: textOf(run["run_id"]),
    name: textOf(run["name"]),
    status: textOf(run["status"]),
    address: textOf(run["address"]),
    startTime: numberOf(run["start_time"]),
    ...styleOf(index),
  };
}

function readPoints(points: unknown): Map<string, Map<string, Series>> {
  const byKey = new Map<string, Map<string, Series>>();
  if (!(points instanceof DataView) || points.byteLength === 0) return byKey;
  // A copy of its own, for the numbers must begin at a multiple of eight.
  const bytes = new Uint8Array(points.byteLength);
  bytes.set(new Uint8Array(points.buffer, points.byteOffset, points.byteLength));
  for (const series of decodeSeries(bytes.buffer)) {
    const ofKey = byKey.get(series.key) ?? new Map<string, Series>();
    byKey.set(series.key, ofKey.set(series.runId, series));
  }
  return byKey;
}
