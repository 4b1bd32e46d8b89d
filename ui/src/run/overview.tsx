import { AboutPanel } from "./about-panel";
import { MetricsTable } from "./metrics-table";
import { isSystemMetric, type RunDetails } from "./model";
import { NotesPanel } from "./notes-panel";
import { ParamsPanel } from "./params-panel";
import css from "./run.module.css";
import { TagsPanel } from "./tags-panel";

export interface OverviewProps {
  readonly run: RunDetails;
  readonly revision: number;
  readonly refresh: () => void;
}

/** What a run gave and what it was given, and on the right what it is. */
export function Overview({ run, revision, refresh }: OverviewProps) {
  return (
    <div class={css.overview}>
      <div class={css.column}>
        <MetricsTable run={run} metrics={run.metrics.filter(({ key }) => !isSystemMetric(key))} revision={revision} />
        <ParamsPanel params={run.params} />
      </div>
      <div class={css.column}>
        <AboutPanel run={run} />
        <TagsPanel run={run} refresh={refresh} />
        <NotesPanel run={run} refresh={refresh} />
      </div>
    </div>
  );
}
