/** The keys of the compared runs, in the shape in which the server sums keys up. */

import type { CompareRunsResponse, KeySummary } from "../api/schema";
import { makeFrame } from "../plots/frame";

const MAX_SAMPLES = 20;
const KINDS: Readonly<Record<string, KeySummary["kind"]>> = { params: "param", metrics: "metric", tags: "tag" };

/** List the metrics, params and tags of a comparison, those of most runs first. */
export function listKeys({ table }: CompareRunsResponse): KeySummary[] {
  const frame = makeFrame(table);
  const keys = table.columns.flatMap(({ name }): KeySummary[] => {
    const dot = name.indexOf(".");
    const kind = KINDS[name.slice(0, dot)];
    const key = name.slice(dot + 1);
    if (!kind || (kind === "tag" && key.startsWith("mlflow."))) return [];
    const field = frame.field(name);
    const there = field.texts.filter((text) => text !== null);
    const numbers = field.numbers.filter(Number.isFinite);
    const range = numbers.length > 0 ? { min: Math.min(...numbers), max: Math.max(...numbers) } : {};
    const distinct = [...new Set(there)];
    return [{ kind, name: key, runs: there.length, distinct: distinct.length, values: distinct.slice(0, MAX_SAMPLES), ...(field.kind === "text" ? {} : range) }];
  });
  return keys.sort((a, b) => b.runs - a.runs);
}
