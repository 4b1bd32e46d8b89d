import { serverUrl } from "../home/snippets";
import { formatDuration } from "../lib/format";
import { hrefOf } from "../lib/location";
import { useChrome } from "../shell/chrome";
import { Failure, Notice } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { RunTitle } from "./run-title";
import css from "./sweeps.module.css";
import { useFollowed, type Followed } from "./use-followed";
import { CARD, drawSteps, readSteps, STEPS_FILE, type PlacedStep, type Step } from "./workflow";

const TONES: Readonly<Record<string, string>> = { running: "run", finished: "ok", reused: "ok", failed: "bad", killed: "warn", skipped: "warn" };
const FILES = [STEPS_FILE];

/** A workflow while it runs and afterwards: which step needs which, and how far each is. */
export function WorkflowPage({ runId }: { readonly runId: string }) {
  const followed = useFollowed(runId, FILES);
  const name = followed.data?.run.name || runId.slice(0, 8);
  useChrome(`${name} · Workflow`, [{ text: "Experiments", page: "/experiments" }, { text: name, page: `/runs/${runId}` }, { text: "Workflow" }]);
  return (
    <div class={css.page} aria-busy={!followed.data && !followed.error}>
      {followed.error && <Failure error={followed.error} onRetry={() => void followed.refetch()} isSlim={followed.data !== undefined} />}
      {!followed.data && <h1 tabIndex={-1}>Workflow</h1>}
      {followed.data && <Loaded key={runId} followed={followed.data} />}
    </div>
  );
}

function Loaded({ followed: { run, files } }: { readonly followed: Followed }) {
  const steps = readSteps(files[0]);
  const isUndone = run.status !== "RUNNING" && steps.some(({ state }) => state !== "finished" && state !== "reused");
  return (
    <>
      <RunTitle run={run} kind="Workflow" />
      {steps.length === 0 ? (
        <Notice>{run.status === "RUNNING" ? "The first step is being carried out; the steps appear here when it is done." : "This run keeps no steps of a workflow."}</Notice>
      ) : (
        <Graph steps={steps} />
      )}
      {isUndone && (
        <section class={css.card} aria-labelledby="resume">
          <h2 id="resume">Go on with it</h2>
          <p class="muted">What is done stays, unless its code or its inputs changed; the rest is run.</p>
          <Snippet label="command" code={`headwater workflows resume ${run.runId} --tracking-uri ${serverUrl()}`} />
        </section>
      )}
    </>
  );
}

function Graph({ steps }: { readonly steps: readonly Step[] }) {
  const { steps: placed, edges, width, height } = drawSteps(steps);
  return (
    <section class={css.card} aria-labelledby="steps">
      <h2 id="steps">Steps</h2>
      <div class={css.wide} tabIndex={0} role="region" aria-labelledby="steps">
        <div class={css.graph} style={{ width: `${width}px`, height: `${height}px` }}>
          <svg width={width} height={height} aria-hidden="true">
            {edges.map((path) => (
              <path key={path} d={path} />
            ))}
          </svg>
          <ol>
            {placed.map((one) => (
              <Card key={one.step.name} placed={one} />
            ))}
          </ol>
        </div>
      </div>
      <Reasons steps={steps} />
    </section>
  );
}

function Card({ placed: { step, x, y } }: { readonly placed: PlacedStep }) {
  return (
    <li data-state={step.state} style={{ left: `${x}px`, top: `${y}px`, width: `${CARD.width}px`, height: `${CARD.height}px` }} title={step.reason}>
      {step.runId ? (
        <a href={hrefOf(`/runs/${step.runId}`)} title={step.name}>
          {step.name}
        </a>
      ) : (
        <b title={step.name}>{step.name}</b>
      )}
      <span>
        <span class="dot" data-tone={TONES[step.state]} /> {step.state}
        {step.state === "reused" && ", earlier run"}
        {step.seconds > 0 && step.state !== "reused" && ` · ${formatDuration(step.seconds * 1000)}`}
      </span>
      {step.needs.length > 0 && <span class="visually-hidden">needs {step.needs.join(", ")}</span>}
    </li>
  );
}

function Reasons({ steps }: { readonly steps: readonly Step[] }) {
  const told = steps.filter(({ reason }) => reason);
  if (told.length === 0) return null;
  return (
    <dl class={css.reasons}>
      {told.map(({ name, state, reason }) => (
        <div key={name}>
          <dt>
            {name} <span class="muted">{state}</span>
          </dt>
          <dd>{reason}</dd>
        </div>
      ))}
    </dl>
  );
}
