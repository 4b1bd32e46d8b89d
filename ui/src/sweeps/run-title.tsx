import { hrefOf } from "../lib/location";
import type { RunDetails } from "../run/model";
import { RunDuration } from "../run/run-duration";
import css from "./sweeps.module.css";

const TONES: Readonly<Record<string, string>> = { RUNNING: "run", FINISHED: "ok", FAILED: "bad", KILLED: "warn" };

/** The heading of a page about a run that consists of others. */
export function RunTitle({ run, kind }: { readonly run: RunDetails; readonly kind: string }) {
  return (
    <header class={css.title}>
      <h1 tabIndex={-1}>{run.name || run.runId}</h1>
      <span class="muted">{kind}</span>
      <span>
        <span class="dot" data-tone={TONES[run.status] ?? "warn"} /> {run.status.toLowerCase()} · <RunDuration run={run} />
      </span>
      <a class="link" href={hrefOf(`/runs/${run.runId}`)}>
        Its run
      </a>
      <a class="link" href={hrefOf(`/experiments/${run.experimentId}/runs`)}>
        Experiment
      </a>
    </header>
  );
}
