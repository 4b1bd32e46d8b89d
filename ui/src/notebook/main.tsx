/** The front end of `hw.chart` in a notebook: an anywidget module. */

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Swatch } from "../charts/swatch";
import css from "./notebook.module.css";
import { NotebookChart } from "./notebook-chart";
import { readState, type Model, type NotebookRun } from "./state";
import { followTheme, isDark } from "./theme";

interface Stage {
  readonly model: Model;
  readonly el: HTMLElement;
}

let groups = 0;

function Charts({ model, host, group }: { readonly model: Model; readonly host: HTMLElement; readonly group: string }) {
  const [state, setState] = useState(() => readState(model));
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [dark, setDark] = useState(() => isDark(host));
  useEffect(() => followChanges(model, () => setState(readState(model))), [model]);
  useEffect(() => followTheme(host, setDark), [host]);
  const toggle = (runId: string) => {
    const now = new Set(hidden);
    if (!now.delete(runId)) now.add(runId);
    setHidden(now);
  };
  return (
    <>
      <ul class={css.legend} aria-label="Runs">
        {state.runs.map((run) => (
          <LegendEntry key={run.runId} run={run} shown={!hidden.has(run.runId)} onToggle={() => toggle(run.runId)} />
        ))}
      </ul>
      {state.problem && <p role="status" class={css.problem}>Not up to date: {state.problem}</p>}
      {state.keys.length === 0 && <p class={css.note}>No metrics yet.</p>}
      <div class={css.cards}>
        {state.keys.map((key) => (
          <NotebookChart key={key} name={key} state={state} hidden={hidden} dark={dark} group={group} />
        ))}
      </div>
      {state.more > 0 && <p class={css.note}>{state.more} more metrics: name those to show with keys=[…].</p>}
    </>
  );
}

interface LegendEntryProps {
  readonly run: NotebookRun;
  readonly shown: boolean;
  readonly onToggle: () => void;
}

function LegendEntry({ run, shown, onToggle }: LegendEntryProps) {
  return (
    <li class={css.entry}>
      <button type="button" class={css.toggle} aria-pressed={shown} onClick={onToggle} title={shown ? "Hide" : "Show"}>
        <Swatch color={run.color} dash={run.dash} />
        <span class={css.runName}>{run.name}</span>
      </button>
      {run.status !== "FINISHED" && <span class={css.status}>{run.status.toLowerCase()}</span>}
      {run.address && (
        <a href={run.address} target="_blank" rel="noopener" aria-label={`Open ${run.name}`}>
          open
        </a>
      )}
    </li>
  );
}

/** Call `tell` once for all traits that change together; returns what stops it. */
function followChanges(model: Model, tell: () => void): () => void {
  let waiting = false;
  const changed = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      tell();
    });
  };
  const events = ["change:about", "change:points"];
  for (const event of events) model.on(event, changed);
  return () => {
    for (const event of events) model.off(event, changed);
  };
}

export default {
  render({ model, el }: Stage): () => void {
    const host = document.createElement("div");
    host.className = css.charts ?? "";
    el.append(host);
    groups++;
    render(<Charts model={model} host={host} group={`headwater-notebook-${groups}`} />, host);
    return () => {
      render(null, host);
      host.remove();
    };
  },
};
