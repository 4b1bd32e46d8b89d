import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { KeySummary } from "../api/schema";
import chartCss from "../charts/charts.module.css";
import type { ChartRun } from "../charts/lines";
import { formatCount } from "../charts/numbers";
import type { ChartView } from "../charts/view";
import { moveItem } from "./use-reorder";
import { ChartEditor } from "./chart-editor";
import { listOptions } from "./options";
import type { MenuItem } from "./plot-card";
import css from "./plots.module.css";
import { encodeSpec, columnsOf, type PlotSpec } from "./spec";
import { SpecCard } from "./spec-card";
import { MAX_FRAME_RUNS, useFrame } from "./use-frame";

const HEIGHT = 260;

export interface PlotBoardProps {
  readonly specs: readonly PlotSpec[];
  readonly onSpecs: (specs: readonly PlotSpec[]) => void;
  readonly runIds: readonly string[];
  readonly runs: readonly ChartRun[];
  readonly isChosen: boolean;
  readonly keys: readonly KeySummary[];
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
  readonly focused: Signal<string>;
  /** What a parallel chart offers to do with its ranges. */
  readonly itemsOf?: (spec: PlotSpec) => readonly MenuItem[];
  /** What stands beside the button that adds charts. */
  readonly children?: ComponentChildren;
}

/** The charts that the reader added, and the button to add one. */
export function PlotBoard(props: PlotBoardProps) {
  const { specs, onSpecs, runIds, revision, keys, itemsOf } = props;
  const [edited, setEdited] = useState<number | null>(null);
  const options = useMemo(() => listOptions(keys), [keys]);
  const columns = specs.flatMap(columnsOf);
  const { frame, error } = useFrame(runIds, columns, revision);
  const replace = (index: number, spec: PlotSpec) => onSpecs(specs.map((one, at) => (at === index ? spec : one)));
  const actions = (spec: PlotSpec, index: number): MenuItem[] => [
    { label: "Change…", act: () => setEdited(index) },
    { label: "Duplicate", act: () => onSpecs(specs.toSpliced(index + 1, 0, spec)) },
    { label: "Move before", isOff: index === 0, act: () => onSpecs(moveItem(specs, index, index - 1)) },
    { label: "Move behind", isOff: index === specs.length - 1, act: () => onSpecs(moveItem(specs, index, index + 1)) },
    ...(itemsOf?.(spec) ?? []),
    { label: "Remove", act: () => onSpecs(specs.toSpliced(index, 1)) },
  ];
  const isAdding = edited === -1;
  return (
    <section aria-label="Added charts">
      <div class={css.bar}>
        {props.children}
        <span class={chartCss.space} />
        <button type="button" class="button small" onClick={() => setEdited(-1)}>
          + Add chart
        </button>
      </div>
      {specs.length > 0 && runIds.length > MAX_FRAME_RUNS && (
        <p class={chartCss.note}>
          Charts of values show the first {formatCount(MAX_FRAME_RUNS)} of {formatCount(runIds.length)} runs.
        </p>
      )}
      {specs.length > 0 && (
        <div class={css.board}>
          {specs.map((spec, index) => (
            <SpecCard
              key={`${index} ${spec.kind} ${spec.kind === "line" ? encodeSpec(spec) : ""}`}
              {...props}
              spec={spec}
              frame={frame}
              isPartial
              error={error}
              height={HEIGHT}
              onSpec={(next) => replace(index, next)}
              items={actions(spec, index)}
            />
          ))}
        </div>
      )}
      {edited !== null && (
        <ChartEditor
          spec={isAdding ? null : (specs[edited] ?? null)}
          options={options}
          onSave={(spec) => (isAdding ? onSpecs([...specs, spec]) : replace(edited, spec))}
          onClose={() => setEdited(null)}
        />
      )}
    </section>
  );
}
