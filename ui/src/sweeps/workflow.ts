/** A workflow as its page shows it: steps in columns, each to the right of everything it needs. */

import { readFields, readList, readText } from "../lib/read";

export const STEPS_FILE = "workflow/steps.json";
export const CARD = { width: 190, height: 58, gapX: 56, gapY: 16 } as const;

export interface Step {
  readonly name: string;
  readonly state: string;
  readonly runId: string;
  readonly reason: string;
  readonly seconds: number;
  readonly needs: readonly string[];
}

export interface PlacedStep {
  readonly step: Step;
  readonly x: number;
  readonly y: number;
}

export interface StepDrawing {
  readonly steps: readonly PlacedStep[];
  /** Paths of an SVG. */
  readonly edges: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Read `workflow/steps.json`. */
export function readSteps(value: unknown): Step[] {
  return readList(readFields(value)["steps"]).map((one) => {
    const fields = readFields(one);
    const seconds = fields["seconds"];
    return {
      name: readText(fields["name"]),
      state: readText(fields["state"]),
      runId: readText(fields["run_id"]),
      reason: readText(fields["reason"]),
      seconds: typeof seconds === "number" ? seconds : 0,
      needs: readList(fields["needs"]).map(readText),
    };
  });
}

/** Return the column of each step: one more than the furthest of those it needs. */
export function findColumns(steps: readonly Step[]): ReadonlyMap<string, number> {
  const known = new Map(steps.map((step) => [step.name, step]));
  const columns = new Map<string, number>();
  const visit = (name: string, path: ReadonlySet<string>): number => {
    const found = columns.get(name);
    const step = known.get(name);
    if (found !== undefined || !step || path.has(name)) return found ?? -1;
    const column = 1 + Math.max(-1, ...step.needs.map((needed) => visit(needed, new Set([...path, name]))));
    columns.set(name, column);
    return column;
  };
  for (const step of steps) visit(step.name, new Set());
  return columns;
}

/** Place the steps and draw what needs what. */
export function drawSteps(steps: readonly Step[]): StepDrawing {
  const columns = findColumns(steps);
  const filled: number[] = [];
  const placed = new Map<string, PlacedStep>();
  const ordered = [...steps].sort((a, b) => (columns.get(a.name) ?? 0) - (columns.get(b.name) ?? 0));
  for (const step of ordered) {
    const column = columns.get(step.name) ?? 0;
    const row = filled[column] ?? 0;
    filled[column] = row + 1;
    placed.set(step.name, { step, x: column * (CARD.width + CARD.gapX), y: row * (CARD.height + CARD.gapY) });
  }
  const edges = ordered.flatMap((step) =>
    step.needs.flatMap((needed) => {
      const [from, to] = [placed.get(needed), placed.get(step.name)];
      if (!from || !to) return [];
      const [x0, y0, x1, y1] = [from.x + CARD.width, from.y + CARD.height / 2, to.x, to.y + CARD.height / 2];
      const bend = (x1 - x0) / 2;
      return [`M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`];
    }),
  );
  const rows = Math.max(0, ...filled.map((count) => count ?? 0));
  return {
    steps: [...placed.values()],
    edges,
    width: Math.max(0, filled.length * (CARD.width + CARD.gapX) - CARD.gapX),
    height: Math.max(0, rows * (CARD.height + CARD.gapY) - CARD.gapY),
  };
}
