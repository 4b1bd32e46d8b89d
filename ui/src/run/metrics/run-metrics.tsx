import { useMemo, useState } from "preact/hooks";
import { ChartGrid } from "../../charts/chart-grid";
import type { ChartView } from "../../charts/view";
import { COLOR_TAG, colorOfTag, styleOf } from "../../lib/run-colors";
import { isSystemMetric, type RunDetails } from "../model";
import { groupCourses, groupSystem, hasMany, listLabels } from "./courses";
import { lineId, makeFanAsk, MEAN_LABEL, type Fan } from "./fan";
import css from "../run.module.css";

export interface RunMetricsProps {
  readonly run: RunDetails;
  readonly isSystem: boolean;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly revision: number;
}

/** The metrics of one run as charts, with a line for each context, rank or machine of a metric. */
export function RunMetrics({ run, isSystem, view, onView, revision }: RunMetricsProps) {
  const { runId, name, startTime } = run;
  const color = colorOfTag(run.tags.get(COLOR_TAG));
  const joined = run.metrics
    .map(({ key }) => key)
    .filter((key) => isSystemMetric(key) === isSystem)
    .join("\n");
  const courses = useMemo(() => {
    const keys = joined ? joined.split("\n") : [];
    return isSystem ? groupSystem(keys) : groupCourses(keys);
  }, [joined, isSystem]);
  const labels = useMemo(() => listLabels(courses), [courses]);
  const isFan = labels.length > 1;
  const [chosen, setFan] = useState<Fan | null>(null);
  const fan = chosen ?? (hasMany(courses) ? "mean" : "lines");

  const runs = useMemo(() => {
    const own = { runId, name, ...styleOf(0), ...(color ? { color } : {}), startTime };
    const others = labels.filter((label) => label !== "");
    const lines = others.map((label, index) => ({ runId: lineId(runId, label), name: label, ...styleOf(index), startTime }));
    return [own, ...(fan === "mean" ? [{ ...own, runId: lineId(runId, MEAN_LABEL), name: MEAN_LABEL }] : []), ...lines];
  }, [runId, name, color, startTime, labels, fan]);
  const ask = useMemo(() => makeFanAsk(runId, courses, fan), [runId, courses, fan]);
  const keys = useMemo(() => courses.map((course) => course.name), [courses]);
  return (
    <>
      {isFan && (
        <div class={css.fan}>
          <span id="fan-label">{isSystem ? "Machines and ranks" : "Contexts"}</span>
          <div class="segments" role="group" aria-labelledby="fan-label">
            <button type="button" aria-pressed={fan === "lines"} onClick={() => setFan("lines")}>
              Lines
            </button>
            <button type="button" aria-pressed={fan === "mean"} onClick={() => setFan("mean")}>
              Mean and range
            </button>
          </div>
          {fan === "lines" && <Legend runs={runs.filter((one) => one.runId !== runId)} />}
        </div>
      )}
      <ChartGrid key={fan} {...{ runs, keys, view, onView, revision, ask }} />
    </>
  );
}

const MOST_IN_LEGEND = 16;

function Legend({ runs }: { readonly runs: readonly { readonly runId: string; readonly name: string; readonly color: string; readonly dash: readonly number[] }[] }) {
  return (
    <ul class={css.legend} aria-label="Lines">
      {runs.slice(0, MOST_IN_LEGEND).map(({ runId, name, color, dash }) => (
        <li key={runId}>
          <svg viewBox="0 0 20 4" width="20" height="4" aria-hidden="true">
            <path d="M0 2h20" style={{ stroke: color }} stroke-dasharray={dash.join(" ")} stroke-width="2" />
          </svg>
          {name}
        </li>
      ))}
      {runs.length > MOST_IN_LEGEND && <li>and {runs.length - MOST_IN_LEGEND} more</li>}
    </ul>
  );
}
