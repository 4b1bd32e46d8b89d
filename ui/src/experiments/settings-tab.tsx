import { useState } from "preact/hooks";
import { GrantsPanel } from "../access/lazy-grants";
import { me } from "../access/session";
import { useRefusal } from "../access/subject";
import { callNative } from "../api/client";
import type { Experiment, ListKeysResponse } from "../api/schema";
import { useQuery } from "../api/use-query";
import { formatMoment } from "../lib/format";
import { CopyButton } from "../panels/copy-button";
import { TagsPanel } from "../panels/tags-panel";
import { isLessBetter, type MainMetric } from "../runs/columns";
import { say } from "../shell/toasts";
import { deleteExperimentTag, setExperimentTag, setMainMetric } from "./settings-api";
import css from "./tabs.module.css";
import { DEFAULT_VIEW_TAG, DESCRIPTION_TAG, DIRECTION_TAG, MAIN_METRIC_TAG } from "./tags";
import type { ExperimentFacts } from "./use-facts";
import { moveExperiments } from "./use-experiments";

const HIDDEN = [DESCRIPTION_TAG, MAIN_METRIC_TAG, DIRECTION_TAG, DEFAULT_VIEW_TAG];

interface SettingsProps {
  readonly facts: ExperimentFacts;
  readonly onRename: (name: string) => Promise<void>;
}

/** What can be set of an experiment. */
export function SettingsTab({ facts, onRename }: SettingsProps) {
  const { experiment, tags, main } = facts;
  const id = experiment.experiment_id;
  const refusal = useRefusal("EDIT");
  const mayManage = useRefusal("MANAGE") === "";
  const visible = new Map([...tags].filter(([key]) => !HIDDEN.includes(key)));
  return (
    <div class={css.body}>
      <div class={css.form}>
        {refusal ? (
          <p class={css.panel}>{refusal}</p>
        ) : (
          <>
            <NamePanel name={experiment.name} onRename={onRename} />
            <MainMetricPanel key={`${main?.key} ${main?.isLess}`} experimentId={id} main={main} />
          </>
        )}
        <TagsPanel tags={visible} onSet={(key, value) => setExperimentTag(id, key, value)} onDelete={(key) => deleteExperimentTag(id, key)} />
        {!refusal && me.value?.authentication && <GrantsPanel thing={{ kind: "experiment", resource: id }} />}
        <section class={css.panel} aria-labelledby="place-heading">
          <h2 id="place-heading">Where it is</h2>
          <p>
            Artifact location: <code>{experiment.artifact_location}</code> <CopyButton text={experiment.artifact_location} label="Copy the artifact location" />
          </p>
          <p>
            Experiment id: <code>{id}</code> <CopyButton text={id} label="Copy the experiment id" />
          </p>
          <p>
            Created {formatMoment(experiment.creation_time)}, changed {formatMoment(experiment.last_update_time)}
          </p>
        </section>
        {mayManage && <ArchivePanel experiment={experiment} />}
      </div>
    </div>
  );
}

function ArchivePanel({ experiment }: { readonly experiment: Experiment }) {
  const isArchived = experiment.lifecycle_stage === "deleted";
  return (
    <section class={css.panel} aria-labelledby="archive-heading">
      <h2 id="archive-heading">{isArchived ? "This experiment is archived" : "Archive"}</h2>
      <p>An archived experiment and its runs are out of sight, and can be restored until the trash is emptied.</p>
      <div>
        <button type="button" class="button" disabled={experiment.experiment_id === "0"} onClick={() => void moveExperiments(isArchived ? "restore" : "delete", [experiment])}>
          {isArchived ? "Restore the experiment" : "Archive the experiment"}
        </button>
      </div>
    </section>
  );
}

function NamePanel({ name, onRename }: { readonly name: string; readonly onRename: (name: string) => Promise<void> }) {
  const [text, setText] = useState(name);
  const save = async (event: Event) => {
    event.preventDefault();
    try {
      await onRename(text.trim());
      say(`Renamed to “${text.trim()}”`);
    } catch (failure) {
      say(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <section class={css.panel} aria-labelledby="name-heading">
      <h2 id="name-heading">Name</h2>
      <form class={css.line} onSubmit={(event) => void save(event)}>
        <label>
          Name, with slashes for folders
          <input class="field" required maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button" disabled={text.trim() === "" || text.trim() === name}>
          Rename
        </button>
      </form>
    </section>
  );
}

function MainMetricPanel({ experimentId, main }: { readonly experimentId: string; readonly main: MainMetric | null }) {
  const [key, setKey] = useState(main?.key ?? "");
  const [isLess, setLess] = useState(main?.isLess ?? false);
  const { data } = useQuery<ListKeysResponse>({
    key: ["keys", experimentId],
    ask: (signal) => callNative("keys/list", { experiment_ids: [experimentId] }, signal),
  });
  const metrics = data?.keys.filter(({ kind }) => kind === "metric").map(({ name }) => name) ?? [];
  const save = async (event: Event) => {
    event.preventDefault();
    await setMainMetric(experimentId, { key: key.trim(), isLess });
    say(`${key.trim()} is the main metric`);
  };
  const clear = async () => {
    await deleteExperimentTag(experimentId, MAIN_METRIC_TAG);
    say("No main metric");
  };
  return (
    <section class={css.panel} aria-labelledby="main-heading">
      <h2 id="main-heading">Main metric</h2>
      <p>It comes first in the table, decides which run is best, and stands in the list of experiments.</p>
      <form class={css.line} onSubmit={(event) => void save(event)}>
        <label>
          Metric
          <input
            class="field"
            list="main-metrics"
            required
            value={key}
            onInput={(event) => {
              setKey(event.currentTarget.value);
              if (!main) setLess(isLessBetter(event.currentTarget.value));
            }}
          />
        </label>
        <datalist id="main-metrics">
          {metrics.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
        <label>
          Best is
          <select class="field" value={isLess ? "min" : "max"} onChange={(event) => setLess(event.currentTarget.value === "min")}>
            <option value="max">the greatest value</option>
            <option value="min">the smallest value</option>
          </select>
        </label>
        <button type="submit" class="button" disabled={key.trim() === "" || (key === main?.key && isLess === main.isLess)}>
          Save
        </button>
        {main && (
          <button type="button" class="button quiet" onClick={() => void clear()}>
            None
          </button>
        )}
      </form>
    </section>
  );
}
