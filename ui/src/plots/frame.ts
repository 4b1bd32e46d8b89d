/** The values of runs by field: what the charts that are not lines are drawn from. */

import type { QueryRunsResponse, RunColumn } from "../api/schema";

export type FieldKind = "number" | "text" | "time" | "duration";

/** One column over the runs of a frame. */
export interface Field {
  /** As the server names it: `params.lr`, `metrics.loss`, `attributes.start_time`. */
  readonly id: string;
  readonly title: string;
  readonly kind: FieldKind;
  /** NaN where a run has no number, and for texts. */
  readonly numbers: Float64Array;
  /** As it is written, null where a run has nothing. */
  readonly texts: readonly (string | null)[];
  readonly isThere: (row: number) => boolean;
}

export interface Frame {
  readonly runIds: readonly string[];
  readonly names: readonly string[];
  /** Return a field; one that no run has is empty. */
  readonly field: (id: string) => Field;
  /** Whether the field was asked for, though perhaps no run has it. */
  readonly has: (id: string) => boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  "attributes.start_time": "created",
  "attributes.end_time": "ended",
  "attributes.duration": "duration",
  "attributes.status": "status",
  "attributes.user_id": "user",
};

/** Return what a field is called in a chart. */
export const titleOf = (id: string): string => TITLES[id] ?? id.slice(id.indexOf(".") + 1);

const kindOf = (id: string): FieldKind =>
  id === "attributes.duration" ? "duration" : /^attributes\.(start|end)_time$/.test(id) ? "time" : "number";

/** Read a text as a number, as params are written; NaN for what is none. */
export function readNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function textsOf(column: RunColumn): (string | null)[] {
  const values = column.values ?? [];
  return (column.index ?? []).map((index) => (index < 0 ? null : (values[index] ?? null)));
}

function makeField(id: string, column: RunColumn | undefined, rows: number): Field {
  const title = titleOf(id);
  if (column?.numbers) {
    const there = column.numbers.map((value) => value !== null);
    const numbers = Float64Array.from(column.numbers, (value) => (value === null ? Number.NaN : Number(value)));
    const texts = Array.from(numbers, (value, row) => (there[row] ? String(value) : null));
    return { id, title, kind: kindOf(id), numbers, texts, isThere: (row) => Number.isFinite(numbers[row]) };
  }
  const texts = column ? textsOf(column) : Array.from({ length: rows }, () => null);
  const numbers = Float64Array.from(texts, (text) => (text === null ? Number.NaN : readNumber(text)));
  const isNumeric = texts.some((text) => text !== null) && texts.every((text, row) => text === null || Number.isFinite(numbers[row]));
  if (isNumeric) return { id, title, kind: "number", numbers, texts, isThere: (row) => Number.isFinite(numbers[row]) };
  return { id, title, kind: "text", numbers: numbers.fill(Number.NaN), texts, isThere: (row) => texts[row] !== null };
}

/** Make a frame of the server's columns. */
export function makeFrame(answer: Pick<QueryRunsResponse, "run_ids" | "run_names" | "columns">): Frame {
  const columns = new Map(answer.columns.map((column) => [column.name, column]));
  const known = new Map<string, Field>();
  const field = (id: string): Field => {
    const made = known.get(id) ?? makeField(id, columns.get(id), answer.run_ids.length);
    known.set(id, made);
    return made;
  };
  const names = answer.run_names.map((name, row) => name || (answer.run_ids[row] ?? "").slice(0, 8));
  return { runIds: answer.run_ids, names, field, has: (id) => columns.has(id) };
}

/** Return a frame of some of the runs, in the order of `runIds`; runs it does not know are left out. */
export function pickRuns(frame: Frame, runIds: readonly string[]): Frame {
  const rows = new Map(frame.runIds.map((id, row) => [id, row]));
  const kept = runIds.flatMap((id) => rows.get(id) ?? []);
  const known = new Map<string, Field>();
  const field = (id: string): Field => {
    const made = known.get(id) ?? pickRows(frame.field(id), kept);
    known.set(id, made);
    return made;
  };
  return { runIds: kept.map((row) => frame.runIds[row] ?? ""), names: kept.map((row) => frame.names[row] ?? ""), field, has: frame.has };
}

function pickRows(field: Field, rows: readonly number[]): Field {
  const numbers = Float64Array.from(rows, (row) => field.numbers[row] ?? Number.NaN);
  const texts = rows.map((row) => field.texts[row] ?? null);
  return { ...field, numbers, texts, isThere: (row) => field.isThere(rows[row] ?? -1) };
}
