/** What every chart of runs is made of and gives back: a picture, what is under the pointer, and the same as a table. */

import type { ChartRun } from "../charts/lines";
import type { Frame } from "./frame";
import { isLessBetter } from "../runs/columns";
import { makePaint, type Mode, type Paint } from "./palette";
import type { Scene } from "./scene";
import type { Sheet } from "./sheet";
import type { PlotSpec } from "./spec";

export interface FigureInput {
  readonly spec: PlotSpec;
  /** The runs in view, in order. */
  readonly frame: Frame;
  /** How the chosen runs look; others are drawn without a colour of their own. */
  readonly runs: ReadonlyMap<string, ChartRun>;
  readonly width: number;
  readonly height: number;
  readonly mode: Mode;
  /** Whether less of the field that colours is better, and is to stand out; absent: as its name sounds. */
  readonly isLess?: boolean;
}

export interface Hit {
  readonly run: string;
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}

export interface Figure {
  readonly scene: Scene;
  readonly find: (x: number, y: number) => Hit | null;
  /** A sentence for those who do not see it. */
  readonly sentence: string;
  readonly sheet: Sheet;
  /** What must be said beside the picture; may be empty. */
  readonly note: string;
}

/** A chart that cannot be drawn, with the reason. */
export interface Refusal {
  readonly reason: string;
}

/** The colour of runs that are not chosen. */
export const PLAIN = "var(--accent)";

/** More lines than this are drawn as grey density. */
export const MAX_LINES = 200;

/** The rows of the frame that have all of these fields. */
export function rowsWith(frame: Frame, ids: readonly string[]): number[] {
  const fields = ids.filter(Boolean).map((id) => frame.field(id));
  return frame.runIds.flatMap((_, row) => (fields.every((field) => field.isThere(row)) ? [row] : []));
}

/** Say how many runs are left out for want of a value. */
export function describeLacking(frame: Frame, shown: number): string {
  const lacking = frame.runIds.length - shown;
  if (lacking === 0) return "";
  return lacking === 1 ? "1 run without these values is left out" : `${lacking.toLocaleString("en")} runs without these values are left out`;
}

/** Make the colours of `spec.color`: what is better stands out. */
export function paintOf({ spec, frame, mode, isLess = isLessBetter(spec.color) }: FigureInput): Paint | null {
  return spec.color ? makePaint(frame.field(spec.color), mode, { isLog: spec.log.includes(spec.color), isReversed: isLess }) : null;
}

/** Return the colour of a run: its own when it is chosen, else plain. */
export function colorOf(runs: ReadonlyMap<string, ChartRun>, runId: string): string {
  return runs.get(runId)?.color ?? PLAIN;
}
