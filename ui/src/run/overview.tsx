import { useMemo } from "preact/hooks";
import { NotesPanel } from "../panels/notes-panel";
import css from "../panels/panels.module.css";
import { NOTE_TAG } from "../panels/tags";
import { TagsPanel } from "../panels/tags-panel";
import { AboutPanel } from "./about-panel";
import { AlertsPanel } from "./alerts-panel";
import { DatasetsPanel } from "./datasets-panel";
import { MetricsTable } from "./metrics-table";
import { isRunning, isSystemMetric, STAR_TAG, type RunDetails } from "./model";
import { ModelsPanel } from "./models-panel";
import { ParamsPanel } from "./params-panel";
import { deleteTag, getRun, setTag } from "./run-api";
import type { RunModels } from "./use-models";

export interface OverviewProps {
  readonly run: RunDetails;
  readonly models: RunModels;
  readonly revision: number;
  readonly refresh: () => void;
}

/** What a run gave and what it was given, and on the right what it is. */
export function Overview({ run, models, revision, refresh }: OverviewProps) {
  const metrics = useMemo(() => run.metrics.filter(({ key }) => !isSystemMetric(key)), [run.metrics]);
  const note = run.tags.get(NOTE_TAG) ?? "";
  const saveNote = async (text: string) => {
    if (text) await setTag(run.runId, NOTE_TAG, text);
    else if (note) await deleteTag(run.runId, NOTE_TAG);
    refresh();
  };
  return (
    <div class={css.overview}>
      <div class={css.column}>
        <AlertsPanel runId={run.runId} isRunning={isRunning(run)} revision={revision} />
        <MetricsTable run={run} metrics={metrics} revision={revision} />
        <ParamsPanel run={run} />
        <DatasetsPanel datasets={run.datasets} />
      </div>
      <div class={css.column}>
        <AboutPanel run={run} />
        <ModelsPanel run={run} models={models} />
        <TagsPanel
          tags={run.tags}
          hidden={[NOTE_TAG, STAR_TAG]}
          onSet={(key, value) => setTag(run.runId, key, value).then(refresh)}
          onDelete={(key) => deleteTag(run.runId, key).then(refresh)}
        />
        <NotesPanel title="Notes" text={note} thing={`runs/${run.runId}`} read={async () => (await getRun(run.runId)).tags.get(NOTE_TAG) ?? ""} onSave={saveNote} />
      </div>
    </div>
  );
}
