/** Bars: the final value of a metric for each run, from zero; or its difference to that of a baseline. */

import { formatValue } from "../charts/numbers";
import { formatNumber } from "../lib/format";
import { drawBelow, makeAxis, writeValue } from "./axis";
import { colorOf, describeLacking, type Figure, type FigureInput, type Hit, type Refusal, rowsWith } from "./figure";
import type { Field } from "./frame";
import { box, type Label, lineTo, shorten, widthOf } from "./scene";

const MAX_BARS = 40;
const LEAST_BAR = 6;

interface Bar {
  readonly row: number;
  readonly value: number;
}

/** Draw the value of `spec.y` for each run. */
export function drawBars(input: FigureInput): Figure | Refusal {
  const field = input.frame.field(input.spec.y);
  if (field.kind === "text") return { reason: `${field.title} holds texts; bars need numbers.` };
  const rows = rowsWith(input.frame, [input.spec.y]);
  if (rows.length === 0) return { reason: `None of these runs has a finite ${field.title}.` };
  const bars = rows.map((row) => ({ row, value: field.numbers[row] ?? 0 }));
  const values = bars.map(({ value }) => value);
  const sentence = `${field.title}: bars of ${rows.length} runs, from ${formatValue(Math.min(...values))} to ${formatValue(Math.max(...values))}.`;
  return draw(input, field, bars, sentence);
}

/** Draw by how much `spec.y` of each run differs from the first. */
export function drawDifferences(input: FigureInput): Figure | Refusal {
  const field = input.frame.field(input.spec.y);
  const base = field.numbers[0] ?? Number.NaN;
  const baseName = input.frame.names[0] ?? "";
  if (!Number.isFinite(base)) return { reason: `The baseline, ${baseName || "the first run"}, has no finite ${field.title}.` };
  const rows = rowsWith(input.frame, [input.spec.y]);
  if (rows.length < 2) return { reason: "A difference needs a second run with this value. Select more runs." };
  const bars = rows.filter((row) => row > 0).map((row) => ({ row, value: (field.numbers[row] ?? 0) - base }));
  const larger = bars.filter(({ value }) => value > 0).length;
  const sentence = `${field.title}: difference of ${bars.length} runs to ${baseName} (${formatValue(base)}), ${larger} above it.`;
  const shifted: Field = { ...field, title: `${field.title} − ${baseName}` };
  return draw(input, shifted, bars, sentence, `Baseline ${baseName}: ${formatValue(base)}`);
}

function draw(input: FigureInput, field: Field, all: readonly Bar[], sentence: string, note = ""): Figure {
  const { frame, width, height, runs } = input;
  const bars = all.slice(0, Math.min(MAX_BARS, Math.max(1, Math.floor((height - 50) / LEAST_BAR))));
  const nameOf = (row: number) => frame.names[row] ?? "";
  const left = Math.min(width * 0.35, 16 + Math.max(...bars.map(({ row }) => widthOf(nameOf(row)))));
  const area = { left, right: width - 56, top: 4, bottom: height - 36 };
  const shown: Field = { ...field, kind: field.kind === "duration" ? "duration" : "number", numbers: Float64Array.from(bars, ({ value }) => value) };
  const axis = makeAxis(shown, { from: area.left, to: area.right, hasZero: true, tickCount: Math.max(2, Math.floor(width / 90)) });
  const { shapes, labels } = drawBelow(axis, area);
  const step = (area.bottom - area.top) / bars.length;
  const thick = Math.min(22, Math.max(2, step * 0.7));
  const zero = axis.put(0);
  for (const [index, { row, value }] of bars.entries()) {
    const y = area.top + step * (index + 0.5);
    const end = axis.put(value);
    const run = frame.runIds[row] ?? "";
    shapes.push({ path: box(Math.min(zero, end), y - thick / 2, Math.max(1, Math.abs(end - zero)), thick), fill: colorOf(runs, run), run });
    if (step < 9) continue;
    labels.push({ x: left - 6, y, text: shorten(nameOf(row), left - 8), align: "right", color: "var(--ink-2)" });
    labels.push(valueLabel(axis.put(Math.max(value, 0)), y, written(shown, index, value)));
  }
  shapes.push({ path: lineTo(zero, area.top, zero, area.bottom), stroke: "var(--line-strong)" });
  const find = (x: number, y: number): Hit | null => {
    const index = Math.floor((y - area.top) / step);
    const bar = bars[index];
    if (!bar || x < 0 || x > width) return null;
    const run = frame.runIds[bar.row] ?? "";
    return { run, x: axis.put(bar.value), y, title: nameOf(bar.row), rows: [[field.title, written(shown, index, bar.value)]] };
  };
  const cut = bars.length < all.length ? `The first ${bars.length} of ${all.length} runs are drawn` : "";
  const isDifference = note !== "";
  return {
    scene: { width, height, shapes, labels },
    find,
    sentence,
    sheet: { head: ["run_id", "run", field.title], rows: all.map(({ row, value }) => [frame.runIds[row] ?? "", nameOf(row), String(value)]) },
    note: [note, cut, isDifference ? "" : describeLacking(frame, all.length)].filter(Boolean).join(" · "),
  };
}

const valueLabel = (x: number, y: number, text: string): Label => ({ x: x + 4, y, text, color: "var(--ink-2)" });

const written = (field: Field, index: number, value: number): string =>
  field.kind === "duration" ? writeValue({ ...field, texts: [] }, index) : formatNumber(value);
