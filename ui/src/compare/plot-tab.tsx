import { useMemo } from "preact/hooks";
import type { KeySummary } from "../api/schema";
import type { ChartRun } from "../charts/lines";
import { DEFAULT_VIEW } from "../charts/view";
import { focusedRun } from "../lib/focused-run";
import { query, setQuery } from "../lib/location";
import { ChartForm } from "../plots/chart-form";
import type { Frame } from "../plots/frame";
import { findLack, listOptions, suggestSpec } from "../plots/options";
import { type PlotKind, type PlotSpec, readSpecs, writeSpecs } from "../plots/spec";
import { SpecCard } from "../plots/spec-card";
import css from "./compare.module.css";

interface PlotTabProps {
  readonly kind: PlotKind;
  readonly frame: Frame;
  readonly runs: readonly ChartRun[];
  readonly keys: readonly KeySummary[];
  readonly revision: number;
}

/** One kind of chart over the compared runs, with its choices beside it. */
export function PlotTab({ kind, frame, runs, keys, revision }: PlotTabProps) {
  const options = useMemo(() => listOptions(keys), [keys]);
  const charts = query.value.getAll("charts").join("\n");
  const specs = useMemo(() => readSpecs(query.peek()), [charts]);
  const spec = useMemo(() => specs.find((one) => one.kind === kind) ?? suggestSpec(kind, options), [specs, kind, options]);
  const onSpec = (next: PlotSpec) => setQuery(writeSpecs(query.peek(), [...specs.filter((one) => one.kind !== kind), next]));
  const lack = findLack(spec);
  return (
    <div class={css.plot}>
      <form class={css.form} aria-label="What the chart shows" onSubmit={(event) => event.preventDefault()}>
        <ChartForm spec={spec} onSpec={onSpec} options={options} />
      </form>
      {lack ? (
        <p class={css.nothing}>{lack}</p>
      ) : (
        <div>
          <SpecCard
          {...{ spec, onSpec, frame, runs, revision }}
          runIds={frame.runIds}
          isChosen
          error={null}
          view={DEFAULT_VIEW}
          onView={() => undefined}
          focused={focusedRun}
          items={[]}
          height={Math.max(320, Math.min(560, window.innerHeight - 340))}
          />
        </div>
      )}
    </div>
  );
}
