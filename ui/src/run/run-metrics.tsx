import { useMemo } from "preact/hooks";
import { ChartGrid } from "../charts/chart-grid";
import type { ChartView } from "../charts/view";
import { isSystemMetric, type RunDetails } from "./model";

export interface RunMetricsProps {
  readonly run: RunDetails;
  readonly color: string;
  readonly isSystem: boolean;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
}

/** The metrics of one run as charts, either those about the machine or the others. */
export function RunMetrics({ run, color, isSystem, view, onView, revision }: RunMetricsProps) {
  const { runId, name, startTime } = run;
  const runs = useMemo(() => [{ runId, name, color, dash: [], startTime }], [runId, name, color, startTime]);
  const names = run.metrics.map(({ key }) => key).filter((key) => isSystemMetric(key) === isSystem);
  const joined = names.join("\n");
  const keys = useMemo(() => (joined ? joined.split("\n") : []), [joined]);
  return <ChartGrid runs={runs} keys={keys} view={view} onView={onView} revision={revision} />;
}
