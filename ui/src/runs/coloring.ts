/** Which colour stands for which run: that of its selection, of its group, or of a value. */

import { styleOf } from "../lib/run-colors";
import type { Grouping } from "./grouping";
import type { RunTable } from "./table";

const STEPS = 12;

export interface Coloring {
  /** The numbers that charts take their styles from. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The colours of swatches in the table. */
  readonly colors: ReadonlyMap<string, string>;
  readonly groupColors: readonly string[];
}

/** Colour the runs; `selected` holds the numbers of those that are selected. */
export function colorRuns(table: RunTable, color: string, grouping: Grouping | null, selected: ReadonlyMap<string, number>): Coloring {
  const plain = { numbers: selected, colors: swatches(selected), groupColors: [] };
  if (color === "") return plain;
  if (color === "group") {
    if (!grouping) return plain;
    const ids = [...grouping.ofRun.entries()].filter(([, group]) => group >= 0);
    const numbers = new Map(ids.map(([run, group]) => [table.id(run), group]));
    return { numbers, colors: swatches(numbers), groupColors: grouping.answer.groups.map((_, group) => styleOf(group).color) };
  }
  const range = table.range(color);
  const runs = Array.from({ length: table.count }, (_, run) => run);
  if (range) {
    const { min, max } = range;
    const colors = new Map<string, string>();
    for (const run of runs) {
      const value = table.number(color, run);
      if (value !== null && Number.isFinite(value)) colors.set(table.id(run), gradient((value - min) / (max - min)));
    }
    return { numbers: selected, colors, groupColors: [] };
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
  return { numbers, colors: swatches(numbers), groupColors: [] };
}

/** Return the colour of a share from 0 to 1: from one hue to another, evenly to the eye. */
export function gradient(share: number): string {
  const step = Math.round(Math.max(0, Math.min(1, share)) * STEPS);
  return `color-mix(in oklab, var(--c5) ${Math.round((step / STEPS) * 100)}%, var(--c2))`;
}

function swatches(numbers: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  return new Map([...numbers].map(([id, k]) => [id, styleOf(k).color]));
}
