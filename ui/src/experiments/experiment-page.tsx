import { callMlflow } from "../api/client";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { refresh } from "../api/use-query";
import { NotesPanel } from "../panels/notes-panel";
import { DatasetsTab } from "./datasets-tab";
import { type ExperimentTab, ExperimentTabs, titleOfExperiments } from "./experiment-tabs";
import { ModelsTab } from "./models-tab";
import { deleteExperimentTag, readExperimentTag, setExperimentTag } from "./settings-api";
import { SettingsTab } from "./settings-tab";
import css from "./tabs.module.css";
import { DESCRIPTION_TAG } from "./tags";
import { useFacts } from "./use-facts";

interface ExperimentPageProps {
  readonly experimentId: string;
  readonly tab: ExperimentTab;
}

/** What an experiment has beside its runs: models, datasets, notes and settings. */
export function ExperimentPage({ experimentId, tab }: ExperimentPageProps) {
  const { facts, error } = useFacts([experimentId]);
  const title = titleOfExperiments(experimentId, facts);
  useChrome(`${tab} · ${title}`, [{ text: "Experiments", page: "/experiments" }, { text: title }]);
  const known = facts.get(experimentId);
  if (error && !known) return <Failure title="The experiment cannot be shown" error={error} onRetry={() => refresh("overview")} />;
  const saveNotes = (text: string) => (text ? setExperimentTag(experimentId, DESCRIPTION_TAG, text) : deleteExperimentTag(experimentId, DESCRIPTION_TAG));
  return (
    <div class={css.page}>
      <ExperimentTabs identity={experimentId} facts={facts} tab={tab} />
      {tab === "models" && <ModelsTab experimentId={experimentId} />}
      {tab === "datasets" && <DatasetsTab experimentId={experimentId} />}
      {known && tab === "notes" && (
        <div class={css.body}>
          <div class={css.form}>
            <NotesPanel
              title="Notes"
              text={known.tags.get(DESCRIPTION_TAG) ?? ""}
              thing={`experiments/${experimentId}`}
              read={() => readExperimentTag(experimentId, DESCRIPTION_TAG)}
              onSave={saveNotes}
            />
          </div>
        </div>
      )}
      {known && tab === "settings" && <SettingsTab facts={known} onRename={(name) => rename(experimentId, name)} />}
    </div>
  );
}

async function rename(experimentId: string, name: string): Promise<void> {
  await callMlflow("experiments/update", { experiment_id: experimentId, new_name: name });
  refresh("overview");
  refresh("experiments");
}
