/** Several versions beside one: what each has, by key. */

import type { VersionComparison } from "../api/schema";
import { listParts, writeMetric, writeValue, type DiffPart } from "./diff";

export interface ManyRow {
  readonly key: string;
  /** As it is shown and in full, one for each version, the old one first; null where it is absent. */
  readonly cells: readonly (readonly [text: string, whole: string] | null)[];
  readonly isSame: boolean;
}

export interface ManyPart {
  readonly title: string;
  readonly rows: readonly ManyRow[];
  readonly changed: number;
}

/** Join comparisons of one old version with others, all of which list what is the same, too. */
export function joinComparisons(found: readonly VersionComparison[]): ManyPart[] {
  const parts = [metricsOf(found), ...titlesOf(found).map((kind) => partOf(kind, found))];
  return parts.filter(({ rows }) => rows.length > 0);
}

function metricsOf(found: readonly VersionComparison[]): ManyPart {
  const pairs = found.map(({ metrics = [] }) => new Map(metrics.map((one) => [one.key, one])));
  const write = (value: number | "NaN" | "Infinity" | "-Infinity" | null | undefined) =>
    value === null || value === undefined ? null : ([writeMetric(value), String(value)] as const);
  return makePart("Metrics", keysOf(pairs), (key) => [write(firstOf(pairs, key)?.old), ...pairs.map((of) => write(of.get(key)?.new))]);
}

type Kind = DiffPart["kind"];

function titlesOf(found: readonly VersionComparison[]): Kind[] {
  return [...new Set(found.flatMap((one) => listParts(one).map(({ kind }) => kind)))];
}

function partOf(kind: Kind, found: readonly VersionComparison[]): ManyPart {
  const pairs = found.map((one) => new Map((one[kind] ?? []).map((row) => [row.key, row])));
  const title = found.flatMap(listParts).find((part) => part.kind === kind)?.title ?? kind;
  const write = (value: string | null | undefined) => (value === null || value === undefined ? null : ([writeValue(kind, value), value] as const));
  return makePart(title, keysOf(pairs), (key) => [write(firstOf(pairs, key)?.old), ...pairs.map((of) => write(of.get(key)?.new))]);
}

const keysOf = (pairs: readonly ReadonlyMap<string, unknown>[]): string[] => [...new Set(pairs.flatMap((of) => [...of.keys()]))].sort();

/** Return what is known of a key in the first comparison that has it: the old version is the same in all. */
function firstOf<T>(pairs: readonly ReadonlyMap<string, T>[], key: string): T | undefined {
  return pairs.find((of) => of.has(key))?.get(key);
}

function makePart(title: string, keys: readonly string[], cellsOf: (key: string) => ManyRow["cells"]): ManyPart {
  const rows = keys.map((key) => {
    const cells = cellsOf(key);
    return { key, cells, isSame: cells.every((cell) => (cell?.[1] ?? null) === (cells[0]?.[1] ?? null)) };
  });
  const changed = rows.filter(({ isSame }) => !isSame).length;
  return { title, rows: [...rows.filter(({ isSame }) => !isSame), ...rows.filter(({ isSame }) => isSame)], changed };
}
