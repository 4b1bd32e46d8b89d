/** Colours for values: a ramp of one hue for numbers, the runs' hues for texts. */

import { scaleLinear } from "d3-scale";
import { formatTick } from "../charts/numbers";
import { findDomain } from "./axis";
import type { Field } from "./frame";
import { box, type Label, type Shape } from "./scene";

const HUES = 8;
const RAMPS = {
  light: ["#8db8e8", "#3f72cf", "#1d2f7a", "#0c1030"],
  dark: ["#34508f", "#6d90e8", "#b5ccff", "#f3f7ff"],
} as const;

export type Mode = keyof typeof RAMPS;

export interface Paint {
  /** The colour of a run, or null where it has no value. */
  readonly of: (row: number) => string | null;
  /** The colour of a number. */
  readonly at: (value: number) => string;
  readonly legend: readonly { readonly color: string; readonly text: string }[];
}

interface PaintOptions {
  readonly isLog?: boolean;
  /** Whether the least number stands out instead of the greatest. */
  readonly isReversed?: boolean;
}

/** Make the colours of a field. */
export function makePaint(field: Field, mode: Mode, { isLog = false, isReversed = false }: PaintOptions = {}): Paint {
  if (field.kind === "text") return paintTexts(field);
  const [low, high] = findDomain(field.numbers, isLog);
  const ramp: readonly string[] = isReversed ? RAMPS[mode].toReversed() : RAMPS[mode];
  const warp = isLog ? Math.log10 : (value: number) => value;
  const stops = ramp.map((_, index) => warp(low) + ((warp(high) - warp(low)) * index) / (ramp.length - 1));
  const scale = scaleLinear<string>().domain(stops).range(ramp).clamp(true);
  const at = (value: number) => scale(warp(value));
  const values = stops.map((stop) => (isLog ? 10 ** stop : stop));
  return {
    of: (row) => (field.isThere(row) ? at(field.numbers[row] ?? 0) : null),
    at,
    legend: values.map((value) => ({ color: at(value), text: formatTick(value) })),
  };
}

function paintTexts(field: Field): Paint {
  const distinct = [...new Set(field.texts.filter((text) => text !== null))].sort();
  const colors = new Map(distinct.map((text, index) => [text, index < HUES ? `var(--c${index + 1})` : "var(--ink-3)"]));
  return {
    of: (row) => {
      const text = field.texts[row] ?? null;
      return text === null ? null : (colors.get(text) ?? null);
    },
    at: () => "var(--ink-3)",
    legend: distinct.slice(0, HUES).map((text) => ({ color: colors.get(text) ?? "", text })),
  };
}

/** Draw a legend as one column at the right of a plot. */
export function drawLegend(paint: Paint, title: string, left: number, top: number): { shapes: Shape[]; labels: Label[] } {
  const labels: Label[] = [{ x: left, y: top + 4, text: title, color: "var(--ink-2)" }];
  const shapes: Shape[] = [];
  for (const [index, { color, text }] of paint.legend.entries()) {
    const y = top + 16 + index * 14;
    shapes.push({ path: box(left, y, 10, 10), fill: color });
    labels.push({ x: left + 14, y: y + 5, text: text.length > 12 ? `${text.slice(0, 11)}…` : text });
  }
  return { shapes, labels };
}

export const LEGEND_WIDTH = 92;
