import { useState } from "preact/hooks";
import { FormDialog } from "../shell/form-dialog";
import { ChartForm } from "./chart-form";
import { findLack, type Options, suggestSpec } from "./options";
import css from "./plots.module.css";
import { KINDS, type PlotKind, type PlotSpec } from "./spec";

const NAMES: Record<PlotKind, readonly [string, string]> = {
  line: ["Lines", "a metric over steps, time or another metric"],
  bar: ["Bars", "final values by run"],
  scatter: ["Scatter", "two values, with colour and size"],
  parallel: ["Parallel", "many values of each run"],
  box: ["Box", "spread within groups"],
  contour: ["Contour", "a value over two others"],
  importance: ["Importance", "which parameters matter"],
  difference: ["Difference", "to the baseline run"],
  images: ["Images", "logged in steps"],
  note: ["Note", "words in Markdown"],
};

interface ChartEditorProps {
  /** The chart to change; null to add one. */
  readonly spec: PlotSpec | null;
  readonly options: Options;
  readonly onSave: (spec: PlotSpec) => void;
  readonly onClose: () => void;
}

/** The dialog that adds a chart of any kind, or changes one. */
export function ChartEditor({ spec: given, options, onSave, onClose }: ChartEditorProps) {
  const [spec, setSpec] = useState(() => given ?? suggestSpec("scatter", options));
  const lack = findLack(spec);
  return (
    <FormDialog
      title={given ? "Change the chart" : "Add a chart"}
      action={given ? "Change" : "Add"}
      isReady={lack === ""}
      onSave={async () => onSave(spec)}
      onClose={onClose}
    >
      <div class={css.form}>
        {!given && (
          <div class={css.kinds} role="group" aria-label="Kind of chart">
            {KINDS.map((kind) => (
              <button
                key={kind}
                type="button"
                class={css.kind}
                aria-pressed={spec.kind === kind}
                onClick={() => setSpec(suggestSpec(kind, options))}
              >
                {NAMES[kind][0]}
                <small>{NAMES[kind][1]}</small>
              </button>
            ))}
          </div>
        )}
        <ChartForm spec={spec} onSpec={setSpec} options={options} />
        {lack && <p class="muted">{lack}</p>}
      </div>
    </FormDialog>
  );
}
