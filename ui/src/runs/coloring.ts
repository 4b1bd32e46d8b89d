/** Which colour stands for which run: that of its selection, of its group, or of a value. */

import { COLOR_TAG, colorOfTag, type RunStyle, styleOf } from "../lib/run-colors";
import { describeColumn } from "./columns";
import { type Grouping, titleOf } from "./grouping";
import type { RunTable } from "./table";

/** The column with the colours that somebody gave to runs. */
export const OWN_COLOR = `tags.${COLOR_TAG}`;
const STEPS = 12;
const LISTED = 8;

export interface Coloring {
  /** How charts draw runs; one without a style gets the next of the palette. */
  readonly styles: ReadonlyMap<string, RunStyle>;
  /** The colours of swatches in the table. */
  readonly colors: ReadonlyMap<string, string>;
  readonly groupColors: readonly string[];
}

/** Colour the runs; `selected` holds the numbers of those that are selected. */
export function colorRuns(table: RunTable, color: string, grouping: Grouping | null, selected: ReadonlyMap<string, number>): Coloring {
  const plain = withOwnColors(byNumber(selected), table);
  if (color === "") return plain;
  if (color === "group") {
    if (!grouping) return plain;
    const ids = [...grouping.ofRun.entries()].filter(([, group]) => group >= 0);
    const numbers = new Map(ids.map(([run, group]) => [table.id(run), group]));
    return { ...byNumber(numbers), groupColors: grouping.answer.groups.map((_, group) => styleOf(group).color) };
  }
  const range = table.range(color);
  const runs = Array.from({ length: table.count }, (_, run) => run);
  if (range) {
    const { min, max } = range;
    const shareOf = (value: number | null) => (value === null || !Number.isFinite(value) ? null : (value - min) / (max - min));
    const colors = new Map(runs.map((run) => [table.id(run), paint(shareOf(table.number(color, run)))]));
    return { colors, styles: new Map([...colors].map(([id, one]) => [id, { color: one, dash: [] }])), groupColors: [] };
  }
  const codes = new Map<string, number>();
  const numbers = new Map<string, number>();
  for (const run of runs) {
    const value = table.text(color, run);
    if (value === null) continue;
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    numbers.set(table.id(run), code);
  }
  return byNumber(numbers);
}

/** Who has no value is grey. */
function paint(share: number | null): string {
  return share === null ? "var(--ink-3)" : gradient(share);
}

function byNumber(numbers: ReadonlyMap<string, number>): Coloring {
  const styles = new Map([...numbers].map(([id, k]) => [id, styleOf(k)]));
  return { styles, colors: new Map([...styles].map(([id, { color }]) => [id, color])), groupColors: [] };
}

/** Give the runs that have one the colour that somebody gave them; they show it whether they are selected or not. */
function withOwnColors({ styles, colors, groupColors }: Coloring, table: RunTable): Coloring {
  const own = new Map<string, RunStyle>();
  for (let run = 0; run < table.count; run++) {
    const color = colorOfTag(table.text(OWN_COLOR, run));
    if (color) own.set(table.id(run), { color, dash: [] });
  }
  if (own.size === 0) return { styles, colors, groupColors };
  return {
    styles: new Map([...styles, ...own]),
    colors: new Map([...colors, ...[...own].map(([id, { color }]) => [id, color] as const)]),
    groupColors,
  };
}

export type Legend =
  | { readonly kind: "scale"; readonly title: string; readonly min: number; readonly max: number; readonly colors: readonly string[] }
  | { readonly kind: "values"; readonly title: string; readonly values: readonly (readonly [value: string, style: RunStyle])[]; readonly more: number };

/** Say what the colours of runs mean, unless each run has its own. */
export function legendOf(table: RunTable, color: string, grouping: Grouping | null): Legend | null {
  if (color === "") return null;
  if (color === "group") {
    if (!grouping) return null;
    const names = grouping.answer.groups.map(({ values }) => values.map((value) => value ?? "none").join(" · "));
    return listValues(grouping.by.map(titleOf).join(" · "), names);
  }
  const { title } = describeColumn(color);
  const range = table.range(color);
  if (range) {
    const colors = Array.from({ length: STEPS + 1 }, (_, step) => gradient(step / STEPS));
    return { kind: "scale", title, min: range.min, max: range.max, colors };
  }
  const runs = Array.from({ length: table.count }, (_, run) => table.text(color, run));
  const distinct = new Set(runs.filter((value) => value !== null));
  return distinct.size > 0 ? listValues(title, [...distinct]) : null;
}

function listValues(title: string, names: readonly string[]): Legend {
  const values = names.slice(0, LISTED).map((name, k) => [name, styleOf(k)] as const);
  return { kind: "values", title, values, more: names.length - values.length };
}

/** Return the colour of a share from 0 to 1: through three hues, evenly to the eye, the most against the ground. */
export function gradient(share: number): string {
  const step = Math.round(Math.max(0, Math.min(1, share)) * STEPS);
  const half = STEPS / 2;
  const [from, to, part] = step <= half ? ["var(--g1)", "var(--g2)", step] : ["var(--g2)", "var(--g3)", step - half];
  return `color-mix(in oklab, ${to} ${Math.round((part / half) * 100)}%, ${from})`;
}
