/** A sweep as its page shows it, read from the artifacts of its run. */

import type { RunColumn } from "../api/schema";
import { formatTicks } from "../charts/numbers";
import { readFields, readList, readText } from "../lib/read";
import { type Frame, makeFrame } from "../plots/frame";
import { EMPTY_SPEC, type PlotSpec } from "../plots/spec";

export const TRIALS_FILE = "sweep/trials.json";
export const IMPORTANCE_FILE = "sweep/importance.json";
export const DEFINITION_FILE = "sweep/definition.json";

export type ParameterValue = string | number | boolean;

export interface Trial {
  readonly number: number;
  readonly runId: string;
  readonly state: string;
  readonly params: ReadonlyMap<string, ParameterValue>;
  /** Null if there is none. */
  readonly value: number | null;
  readonly reason: string;
  readonly startTime: number;
  readonly endTime: number | null;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
  readonly choices: readonly ParameterValue[];
}

export interface Sweep {
  readonly metric: string;
  readonly direction: "minimize" | "maximize";
  readonly planned: number;
  readonly parameters: readonly Parameter[];
  readonly trials: readonly Trial[];
}

const isValue = (value: unknown): value is ParameterValue => ["string", "number", "boolean"].includes(typeof value);
const numberOr = <T>(value: unknown, other: T): number | T => (typeof value === "number" ? value : other);

function readTrial(value: unknown): Trial {
  const fields = readFields(value);
  const params = Object.entries(readFields(fields["params"])).flatMap(([name, one]) => (isValue(one) ? [[name, one] as const] : []));
  return {
    number: numberOr(fields["number"], 0),
    runId: readText(fields["run_id"]),
    state: readText(fields["state"]),
    params: new Map(params),
    value: numberOr(fields["value"], null),
    reason: readText(fields["reason"]),
    startTime: numberOr(fields["start_time"], 0),
    endTime: numberOr(fields["end_time"], null),
  };
}

function readParameter(value: unknown): Parameter {
  const fields = readFields(value);
  return {
    name: readText(fields["name"]),
    type: readText(fields["type"]),
    low: numberOr(fields["low"], 0),
    high: numberOr(fields["high"], 1),
    isLog: fields["log"] === true,
    choices: readList(fields["choices"]).filter(isValue),
  };
}

/** Read `sweep/trials.json`. */
export function readSweep(value: unknown): Sweep {
  const fields = readFields(value);
  return {
    metric: readText(fields["metric"]),
    direction: fields["direction"] === "maximize" ? "maximize" : "minimize",
    planned: numberOr(fields["planned"], 0),
    parameters: readList(fields["parameters"]).map(readParameter),
    trials: readList(fields["trials"]).map(readTrial),
  };
}

/** Read `sweep/importance.json`: the share of each parameter, the greatest first. */
export function readImportance(value: unknown): (readonly [string, number])[] {
  const shares = Object.entries(readFields(readFields(value)["importance"]));
  return shares.flatMap(([name, share]) => (typeof share === "number" ? [[name, share] as const] : [])).sort((a, b) => b[1] - a[1]);
}

/** Return the best complete trial, the earliest of equals. */
export function findBest({ trials, direction }: Sweep): Trial | null {
  let best: Trial | null = null;
  for (const trial of trials) {
    if (trial.state !== "complete" || trial.value === null) continue;
    if (best?.value == null || (direction === "minimize" ? trial.value < best.value : trial.value > best.value)) best = trial;
  }
  return best;
}

/** Return the best value so far at each trial that was complete, by number. */
export function bestSoFar({ trials, direction }: Sweep): (readonly [number, number])[] {
  let best: number | null = null;
  return trials.flatMap(({ number, state, value }) => {
    if (state !== "complete" || value === null) return [];
    best = best === null ? value : direction === "minimize" ? Math.min(best, value) : Math.max(best, value);
    return [[number, best] as const];
  });
}

/** Count the trials by state, in the order of a life. */
export function countStates(trials: readonly Trial[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { state } of trials) counts.set(state, (counts.get(state) ?? 0) + 1);
  return ["complete", "running", "pruned", "failed"].flatMap((state) => {
    const count = counts.get(state);
    return count ? [[state, count] as const] : [];
  });
}

/** Say how to go on with a sweep: by the command for a project, in Python for a function. */
export function describeResume(runId: string, definition: unknown, server: string): { readonly label: string; readonly code: string } {
  const name = readText(readFields(definition)["function"]);
  if (!name) return { label: "command", code: `headwater sweep --resume ${runId} --tracking-uri ${server}` };
  const call = name.split(".").at(-1)?.replace(/\W/g, "") || "train";
  return {
    label: "Python code",
    code: `import headwater as hw

hw.set_tracking_uri(${JSON.stringify(server)})
hw.projects.sweep(${call}, resume=${JSON.stringify(runId)})`,
  };
}

/** Write the marks of an axis with as many digits as tell them apart. */
export function writeTicks(values: readonly number[]): string[] {
  const range = Math.max(...values) - Math.min(...values);
  const largest = Math.max(...values.map(Math.abs));
  const digits = range > 0 ? Math.ceil(Math.log10(largest / range)) + 3 : 4;
  return digits <= 4 ? formatTicks(values) : values.map((value) => String(Number(value.toPrecision(Math.min(digits, 15)))));
}

const METRIC = "metrics.";
const PARAM = "params.";

/** Return the complete trials as a frame, the best first: a column a parameter, and the metric. */
export function frameOf({ trials, parameters, metric, direction }: Sweep): Frame {
  const sign = direction === "minimize" ? 1 : -1;
  const complete = trials.filter(({ state, value }) => state === "complete" && value !== null).sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)));
  return makeFrame({
    run_ids: complete.map(({ runId }) => runId),
    run_names: complete.map(({ number }) => `trial ${number}`),
    columns: [
      ...parameters.map(({ name }) => columnOf(PARAM + name, complete.map(({ params }) => params.get(name) ?? null))),
      { name: METRIC + metric, numbers: complete.map(({ value }) => value) },
    ],
  });
}

function columnOf(name: string, values: readonly (ParameterValue | null)[]): RunColumn {
  if (values.every((value) => value === null || typeof value === "number")) return { name, numbers: values.map((value) => (typeof value === "number" ? value : null)) };
  const texts = values.map((value) => (value === null ? null : writeParam(value)));
  const distinct = [...new Set(texts.filter((text) => text !== null))];
  return { name, values: distinct, index: texts.map((text) => (text === null ? -1 : distinct.indexOf(text))) };
}

/** Write a value as the param of its trial's run has it. */
function writeParam(value: ParameterValue): string {
  if (typeof value !== "boolean") return String(value);
  return value ? "True" : "False";
}

/** Return the chart of all parameters to the metric, on the axes that were searched. */
export function parallelOf({ parameters, metric }: Sweep): PlotSpec {
  return {
    ...EMPTY_SPEC,
    kind: "parallel",
    axes: [...parameters.map(({ name }) => PARAM + name), METRIC + metric],
    log: parameters.filter(({ isLog }) => isLog).map(({ name }) => PARAM + name),
    color: METRIC + metric,
  };
}
