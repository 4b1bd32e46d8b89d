/** A comparison of two versions as tables. */

import type { Difference, VersionComparison } from "../api/schema";
import { formatNumber } from "../lib/format";

type Kind = "lineage" | "params" | "tags" | "requirements" | "datasets" | "code" | "files";

export interface DiffPart {
  readonly kind: Kind;
  readonly title: string;
  readonly rows: readonly Difference[];
  /** How many of the rows differ. */
  readonly changed: number;
  /** How many things are the same, whether they are among the rows or not. */
  readonly equal: number;
}

const TITLES: Readonly<Record<Kind, string>> = {
  params: "Params",
  requirements: "Requirements",
  datasets: "Datasets",
  code: "Code",
  lineage: "Lineage",
  tags: "Tags",
  files: "Files",
};

export const isChanged = ({ old, new: value }: Difference): boolean => (old ?? null) !== (value ?? null);

/** Return the parts of a comparison: those that differ first; within each, what differs first. */
export function listParts(found: VersionComparison): DiffPart[] {
  const parts = kindsOf(TITLES).map((kind) => {
    const rows = [...(found[kind] ?? [])].sort((a, b) => Number(isChanged(b)) - Number(isChanged(a)));
    return { kind, title: TITLES[kind], rows, changed: rows.filter(isChanged).length, equal: found.equal?.[kind] ?? 0 };
  });
  return [...parts.filter(({ changed }) => changed > 0), ...parts.filter(({ changed, equal }) => changed === 0 && equal > 0)];
}

function kindsOf(titles: Readonly<Record<Kind, string>>): Kind[] {
  const kinds: Kind[] = [];
  for (const kind in titles) if (isKind(kind)) kinds.push(kind);
  return kinds;
}

const isKind = (text: string): text is Kind => text in TITLES;

export type MetricValue = number | "NaN" | "Infinity" | "-Infinity" | null | undefined;

export function writeMetric(value: MetricValue): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? formatNumber(value) : value;
}

/** Write a change with its sign, and how large it is beside the old value. */
export function writeChange(old: MetricValue, change: MetricValue): string {
  if (typeof change !== "number") return change ?? "";
  if (change === 0) return "=";
  const sign = change > 0 ? "+" : "−";
  const share = typeof old === "number" && old !== 0 ? Math.abs(change / old) * 100 : 0;
  const percent = share > 0 ? ` (${sign}${share >= 1000 ? "999+" : share.toPrecision(share >= 100 ? 3 : 2)} %)` : "";
  return sign + formatNumber(Math.abs(change)) + percent;
}

/** Shorten digests and commits, which nobody reads in full. */
export function writeValue(kind: Kind, value: string | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (kind === "requirements" && value === "") return "any version";
  return (kind === "files" || kind === "code") && /^[0-9a-f]{32,}$/.test(value) ? `${value.slice(0, 12)}…` : value;
}
