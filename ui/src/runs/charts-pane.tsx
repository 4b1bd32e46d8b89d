import { useMemo } from "preact/hooks";
import { ChartGrid } from "../charts/chart-grid";
import type { ChartRun } from "../charts/lines";
import type { KeySummary } from "../api/schema";
import { formatCount } from "../lib/format";
import { styleOf } from "../lib/run-colors";
import { useChartView } from "../run/use-chart-view";
import css from "./runs.module.css";
import type { Row, RunTable } from "./table";

const UNSELECTED = 10;

interface ChartsPaneProps {
  readonly table: RunTable;
  readonly rows: readonly Row[];
  readonly selected: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly keys: readonly KeySummary[];
  readonly revision: number;
}

/** The charts of the selected runs, or of the first ten. */
export function ChartsPane({ table, rows, selected, numbers, keys, revision }: ChartsPaneProps) {
  const [view, setView] = useChartView();
  const names = useMemo(() => keys.filter(({ kind }) => kind === "metric").map(({ name }) => name), [keys]);
  const runs = useMemo(() => listRuns(table, rows, selected, numbers), [table, rows, selected, numbers]);
  return (
    <section class={css.charts} aria-label="Charts" tabIndex={0}>
      {selected.length === 0 && rows.length > 0 && (
        <p class="muted">
          {rows.length > UNSELECTED
            ? `Showing the first ${UNSELECTED} of ${formatCount(rows.length)} runs. Select runs to choose.`
            : "Showing all runs. Select runs to choose."}
        </p>
      )}
      <ChartGrid runs={runs} keys={names} view={view} onView={setView} revision={revision} />
    </section>
  );
}

function listRuns(
  table: RunTable,
  rows: readonly Row[],
  selected: readonly string[],
  numbers: ReadonlyMap<string, number>,
): ChartRun[] {
  const positions = new Map(table.answer.run_ids.map((id, run) => [id, run]));
  const ids = selected.length > 0 ? selected : rows.slice(0, UNSELECTED).map(({ run }) => table.id(run));
  return ids.map((runId, index) => {
    const run = positions.get(runId) ?? -1;
    const start = table.number("attributes.start_time", run);
    return {
      runId,
      name: run < 0 ? runId.slice(0, 8) : table.name(run),
      ...styleOf(numbers.get(runId) ?? index),
      ...(start === null ? {} : { startTime: start }),
    };
  });
}
