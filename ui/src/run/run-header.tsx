import { useState } from "preact/hooks";
import { ReadOnlyMark, useRefusal } from "../access/subject";
import type { Relative } from "../api/schema";
import { Swatch } from "../charts/swatch";
import { plural } from "../lib/format";
import { hrefOf } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import { Editable } from "../panels/editable";
import css from "../panels/panels.module.css";
import { lazy } from "../shell/lazy";
import { WholeLink } from "../sweeps/whole-link";
import type { RunDetails } from "./model";
import { TONES } from "./model";
import { RegisterDialog } from "./register-dialog";
import { RunActions } from "./run-actions";
import { renameRun, restoreRun } from "./run-api";
import { RunDuration } from "./run-duration";
import own from "./run.module.css";
import { childrenOf, type KnownFamily } from "./use-family";
import type { RunModels } from "./use-models";

const ReproduceDrawer = lazy(() => import("./reproduce-drawer").then((module) => module.ReproduceDrawer));

export interface RunHeaderProps {
  readonly run: RunDetails;
  readonly family: KnownFamily;
  readonly models: RunModels;
  readonly color: string;
  readonly refresh: () => void;
}

/** Name, state, relatives and what can be done with a run. */
export function RunHeader({ run, family, models, color, refresh }: RunHeaderProps) {
  const [error, setError] = useState("");
  const [isReproducing, setReproducing] = useState(false);
  const [isRegistering, setRegistering] = useState(false);
  const mayEdit = useRefusal("EDIT") === "";
  return (
    <header class={css.header}>
      <div class={css.title}>
        <Swatch color={color} />
        <h1 tabIndex={-1}>
          <Editable
            label="run name"
            value={run.name || run.runId}
            onSave={async (name) => {
              await renameRun(run.runId, name);
              refresh();
            }}
          />
        </h1>
        <span class={css.status}>
          <span class="dot" data-tone={TONES[run.status] ?? "warn"} />
          {run.status.toLowerCase()} · <RunDuration run={run} />
        </span>
        {run.isArchived && (
          <span class={css.status}>
            archived
            {mayEdit && (
              <button type="button" class={own.inline} onClick={() => void restoreRun(run.runId).then(refresh, (failure: unknown) => setError(String(failure)))}>
                Restore
              </button>
            )}
          </span>
        )}
        <ReadOnlyMark />
        <RunActions
          {...{ run, family, refresh }}
          onReproduce={() => setReproducing(true)}
          onRegister={models.sources.length > 0 ? () => setRegistering(true) : null}
          onError={setError}
        />
      </div>
      <Relatives run={run} family={family} />
      {error && <p role="alert" class={css.error}>{error}</p>}
      {isReproducing && <ReproduceDrawer run={run} onClose={() => setReproducing(false)} />}
      {isRegistering && <RegisterDialog runId={run.runId} sources={models.sources} onClose={() => setRegistering(false)} />}
    </header>
  );
}

function Relatives({ run, family }: { readonly run: RunDetails; readonly family: KnownFamily }) {
  const link = (one: Relative) => hrefOf(`/experiments/${run.experimentId}/runs/${one.run_id}`);
  const children = childrenOf(family, run.runId);
  return (
    <p class={css.relatives}>
      <span>
        Experiment <a href={hrefOf(`/experiments/${run.experimentId}/runs`)}>{family.experiment || run.experimentId}</a>
        {family.isExperimentArchived && " (archived)"}
      </span>
      {family.ancestors.length > 0 && (
        <span>
          {family.ancestors.length === 1 ? "Parent " : "Parents "}
          {[...family.ancestors].reverse().map((one, index) => (
            <span key={one.run_id}>
              {index > 0 && " › "}
              <a href={link(one)}>{one.run_name}</a>
            </span>
          ))}
        </span>
      )}
      <WholeLink run={run} parent={run.tags.get("mlflow.parentRunId")} />
      {children.length > 0 && (
        <details class={own.children}>
          <summary>{plural(children.length, "child", "children")}</summary>
          <ul>
            {children.map((child) => (
              <li key={child.run_id}>
                <a href={link(child)}>{child.run_name}</a> <small>{child.status.toLowerCase()}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
      <span>
        <code>{run.runId.slice(0, 8)}</code>
        <CopyButton text={run.runId} label="run id" />
      </span>
    </p>
  );
}
