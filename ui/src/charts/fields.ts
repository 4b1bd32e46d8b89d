/** The fields by which line charts can be grouped and faceted, and the metrics that can be their x axis. */

import type { KeySummary } from "../api/schema";

export interface FieldChoice {
  readonly id: string;
  readonly title: string;
}

const MAX_VALUES = 30;
const MAX_AXES = 200;
const LIKELY = /(^|[/_.])(epochs?|iter(ation)?s?|steps?|samples?|tokens?|batch(es)?|time)([/_.]|$)/i;

/** Params and tags with several values, but not one for each run. */
export function listFields(keys: readonly KeySummary[]): FieldChoice[] {
  return keys
    .filter(({ kind, distinct }) => (kind === "param" || kind === "tag") && distinct > 1 && distinct <= MAX_VALUES)
    .map(({ kind, name }) => ({ id: `${kind}s.${name}`, title: name }));
}

/** The metrics to offer as x axis: those whose name sounds like one first. */
export function listAxes(metrics: readonly string[]): string[] {
  const likely = metrics.filter((name) => LIKELY.test(name));
  const others = metrics.filter((name) => !LIKELY.test(name));
  return [...likely, ...others].slice(0, MAX_AXES);
}
