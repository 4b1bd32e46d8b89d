import { useMemo } from "preact/hooks";
import { DEFAULT_VIEW } from "../charts/view";
import { focusedRun } from "../lib/focused-run";
import { navigate, query, setQuery, writeQuery } from "../lib/location";
import { addBrushes } from "../plots/filter";
import { type PlotSpec, readSpecs, writeSpecs } from "../plots/spec";
import { SpecCard } from "../plots/spec-card";
import { findBest, frameOf, parallelOf, type Sweep } from "./sweep";
import css from "./sweeps.module.css";

const HEIGHT = 320;

interface TrialsParallelProps {
  readonly sweep: Sweep;
  readonly runId: string;
  readonly experimentId: string;
}

/** Every complete trial as a line over its parameters to its value; ranges and order of the axes are in the address. */
export function TrialsParallel({ sweep, runId, experimentId }: TrialsParallelProps) {
  const frame = useMemo(() => frameOf(sweep), [sweep]);
  const charts = query.value.getAll("charts").join("\n");
  const spec = useMemo(() => readSpecs(query.peek()).find(({ kind }) => kind === "parallel") ?? parallelOf(sweep), [charts, sweep]);
  const best = findBest(sweep);
  const runs = useMemo(() => (best ? [{ runId: best.runId, name: `trial ${best.number}`, color: "var(--c3)", dash: [] }] : []), [best]);
  if (frame.runIds.length === 0) {
    return (
      <section class={css.card} aria-labelledby="parallel">
        <h2 id="parallel">Parallel coordinates</h2>
        <p class="muted">No trial is complete yet.</p>
      </section>
    );
  }
  const onSpec = (next: PlotSpec) => setQuery(writeSpecs(query.peek(), [next]));
  const showRuns = () => {
    const q = addBrushes(`tags.\`mlflow.parentRunId\` = '${runId}'`, spec.brushes);
    navigate(`/experiments/${experimentId}/runs${writeQuery(new URLSearchParams({ q }))}`);
  };
  return (
    <SpecCard
      {...{ spec, onSpec, frame, runs }}
      runIds={frame.runIds}
      isChosen
      error={null}
      view={DEFAULT_VIEW}
      onView={() => undefined}
      revision={0}
      focused={focusedRun}
      height={HEIGHT}
      isLess={sweep.direction === "minimize"}
      items={[
        { label: "Show these trials in the table of runs", act: showRuns },
        { label: "Reset axes and ranges", isOff: charts === "", act: () => setQuery(writeSpecs(query.peek(), [])) },
      ]}
    />
  );
}
