import { useState } from "preact/hooks";
import { Swatch } from "../charts/swatch";
import { hrefOf } from "../lib/location";
import { CopyButton } from "../panels/copy-button";
import { Editable } from "../panels/editable";
import css from "../panels/panels.module.css";
import { Popover } from "../shell/popover";
import { Snippet } from "../shell/snippet";
import { say } from "../shell/toasts";
import type { RunDetails } from "./model";
import { archiveRun, renameRun, restoreRun } from "./run-api";
import { RunDuration } from "./run-duration";
import own from "./run.module.css";
import type { Family } from "./use-family";

const TONES: Readonly<Record<string, string>> = {
  RUNNING: "run",
  SCHEDULED: "run",
  FINISHED: "ok",
  FAILED: "bad",
  KILLED: "warn",
};

const snippetFor = (run: RunDetails): string => `import headwater as hw

hw.set_tracking_uri("${new URL(".", document.baseURI).href.replace(/\/$/, "")}")
run = hw.get_run("${run.runId}")
run.data.metrics, run.data.params`;

export interface RunHeaderProps {
  readonly run: RunDetails;
  readonly family: Family;
  readonly color: string;
  readonly refresh: () => void;
}

/** Name, state, relatives and what can be done with a run. */
export function RunHeader({ run, family, color, refresh }: RunHeaderProps) {
  const [error, setError] = useState("");
  const link = (one: RunDetails) => hrefOf(`/experiments/${one.experimentId}/runs/${one.runId}`);
  const move = async () => {
    try {
      await (run.isArchived ? restoreRun(run.runId) : archiveRun(run.runId));
      setError("");
      say(run.isArchived ? "Run restored." : "Run archived.");
      refresh();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
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
        {run.isArchived && <span class={css.status}>archived</span>}
        <span class={css.actions}>
          <Popover trigger="Load in Python" label="Load in Python">
            {() => (
              <div class={css.code}>
                <Snippet code={snippetFor(run)} label="Python code" />
              </div>
            )}
          </Popover>
          <button type="button" class="button" onClick={() => void move()}>
            {run.isArchived ? "Restore" : "Archive"}
          </button>
        </span>
      </div>
      <p class={css.relatives}>
        <span>
          Experiment <a href={hrefOf(`/experiments/${run.experimentId}/runs`)}>{family.experiment || run.experimentId}</a>
        </span>
        {family.parent && (
          <span>
            Parent <a href={link(family.parent)}>{family.parent.name}</a>
          </span>
        )}
        {family.children.length > 0 && (
          <details class={own.children}>
            <summary>
              {family.children.length === 100 ? "100 or more" : family.children.length}{" "}
              {family.children.length === 1 ? "child" : "children"}
            </summary>
            <ul>
              {family.children.map((child) => (
                <li key={child.runId}>
                  <a href={link(child)}>{child.name}</a> <small>{child.status.toLowerCase()}</small>
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
      {error && <p role="alert" class={css.error}>{error}</p>}
    </header>
  );
}
