import type { Signal } from "@preact/signals";
import { useCallback, useMemo } from "preact/hooks";
import { formatNumber } from "../lib/format";
import type { Figure, Refusal } from "../plots/figure";
import { type Build, FigureView } from "../plots/figure-view";
import { makeFrame } from "../plots/frame";
import { EMPTY_SPEC } from "../plots/spec";
import css from "./charts.module.css";
import type { Line } from "./lines";
import { formatX } from "./numbers";
import type { ChartView } from "./view";

/** Return whether all lines are one point each, which says more as bars, or as a number, than as dots above each other. */
export const areFinalValues = (lines: readonly Line[], view: ChartView): boolean =>
  lines.length > 0 && view.x !== "metric" && view.range === null && lines.every(({ x, values }) => x.length === 1 && Number.isFinite(values[0]));

interface FinalValuesProps {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly height: number;
  readonly focused: Signal<string>;
  /** Is told of each picture that is drawn. */
  readonly onFigure: (figure: Figure | Refusal) => void;
}

/** The only value of a metric in each run, as bars. */
export function FinalValues({ name, lines, height, focused, onFigure }: FinalValuesProps) {
  const y = `metrics.${name}`;
  const frame = useMemo(
    () =>
      makeFrame({
        run_ids: lines.map(({ run }) => run.runId),
        run_names: lines.map(({ run }) => run.name),
        columns: [{ name: y, numbers: lines.map(({ values }) => values[0] ?? null) }],
      }),
    [lines, y],
  );
  const build: Build = useCallback(
    (module, width, tall, mode) => {
      const runs = new Map(lines.map(({ run }) => [run.runId, run]));
      return module.drawFigure({ spec: { ...EMPTY_SPEC, kind: "bar", y }, frame, runs, width, height: tall, mode });
    },
    [lines, frame, y],
  );
  return <FigureView {...{ build, height, focused, onFigure }} />;
}

interface SingleValueProps {
  readonly line: Line | undefined;
  readonly view: ChartView;
  readonly height: number;
}

/** The only value of a metric in the only run. */
export function SingleValue({ line, view, height }: SingleValueProps) {
  return (
    <p class={css.single} style={{ height: `${height}px` }} data-drawn="1">
      <b>{formatNumber(line?.values[0] ?? Number.NaN)}</b>
      {formatX(line?.x[0] ?? Number.NaN, view.x)}
    </p>
  );
}
