import { useCallback, useMemo } from "preact/hooks";
import type { KeySummary } from "../api/schema";
import { ChartGrid } from "../charts/chart-grid";
import { listFields } from "../charts/fields";
import type { ChartRun } from "../charts/lines";
import { focusedRun } from "../lib/focused-run";
import { formatCount } from "../lib/format";
import { query, setQuery } from "../lib/location";
import { type RunStyle, styleOf } from "../lib/run-colors";
import { addBrushes } from "../plots/filter";
import { PlotBoard } from "../plots/plot-board";
import { type PlotSpec, readSpecs, writeSpecs } from "../plots/spec";
import { useValues } from "../plots/use-values";
import { toFilter } from "../query/tokens";
import { useChartView } from "../run/use-chart-view";
import css from "./runs.module.css";
import { type Row, type RunTable, UNSELECTED } from "./table";

interface ChartsPaneProps {
  readonly table: RunTable;
  readonly rows: readonly Row[];
  readonly selected: readonly string[];
  readonly styles: ReadonlyMap<string, RunStyle>;
  readonly keys: readonly KeySummary[];
  readonly revision: number;
}

/** The charts of the selected runs, or of the first ten; and those that the reader added, over all runs. */
export function ChartsPane({ table, rows, selected, styles, keys, revision }: ChartsPaneProps) {
  const [view, setView] = useChartView();
  const names = useMemo(() => keys.filter(({ kind }) => kind === "metric").map(({ name }) => name), [keys]);
  const runs = useMemo(() => listRuns(table, rows, selected, styles), [table, rows, selected, styles]);
  const runIds = useMemo(() => rows.map(({ run }) => table.id(run)), [table, rows]);
  const fields = useMemo(() => listFields(keys), [keys]);
  const charts = query.value.getAll("charts").join("\n");
  const specs = useMemo(() => readSpecs(query.peek()), [charts]);
  const onSpecs = useCallback((changed: readonly PlotSpec[]) => setQuery(writeSpecs(query.peek(), changed), { replace: false }), []);
  const valuesOf = useValues(runs, [view.by, view.facet], revision);
  return (
    <section class={css.charts} aria-label="Charts" tabIndex={0}>
      <PlotBoard
        {...{ specs, onSpecs, runIds, runs, keys, view, revision, itemsOf }}
        isChosen={selected.length > 0}
        onView={setView}
        focused={focusedRun}
      >
        {selected.length === 0 && rows.length > 0 && (
          <span class="muted">
            {rows.length > UNSELECTED
              ? `Showing the first ${UNSELECTED} of ${formatCount(rows.length)} runs. Select runs to choose.`
              : "Showing all runs. Select runs to choose."}
          </span>
        )}
      </PlotBoard>
      <ChartGrid {...{ runs, view, revision, fields, valuesOf }} keys={names} onView={setView} focused={focusedRun} />
    </section>
  );
}

/** Ranges on the axes of parallel coordinates can become the filter of the table. */
function itemsOf(spec: PlotSpec) {
  if (spec.kind !== "parallel") return [];
  const act = () => {
    const { brushes } = spec;
    const changed = writeSpecs(query.peek(), readSpecs(query.peek()));
    changed.set("q", addBrushes(toFilter(query.peek().get("q") ?? ""), brushes));
    setQuery(changed, { replace: false });
  };
  return [{ label: "Filter the table by the ranges", isOff: spec.brushes.length === 0, act }];
}

function listRuns(
  table: RunTable,
  rows: readonly Row[],
  selected: readonly string[],
  styles: ReadonlyMap<string, RunStyle>,
): ChartRun[] {
  const positions = new Map(table.answer.run_ids.map((id, run) => [id, run]));
  const ids = selected.length > 0 ? selected : rows.slice(0, UNSELECTED).map(({ run }) => table.id(run));
  return ids.map((runId, index) => {
    const run = positions.get(runId) ?? -1;
    const start = table.number("attributes.start_time", run);
    return {
      runId,
      name: run < 0 ? runId.slice(0, 8) : table.name(run),
      ...(styles.get(runId) ?? styleOf(index)),
      ...(start === null ? {} : { startTime: start }),
    };
  });
}
