import { useMemo } from "preact/hooks";
import { serverUrl } from "../home/snippets";
import { formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { useChrome } from "../shell/chrome";
import { Failure, Notice } from "../shell/notice";
import { Snippet } from "../shell/snippet";
import { HistoryChart } from "./history-chart";
import { ImportanceBars } from "./importance-bars";
import { RunTitle } from "./run-title";
import { countStates, DEFINITION_FILE, describeResume, findBest, IMPORTANCE_FILE, readImportance, readSweep, TRIALS_FILE, type Sweep } from "./sweep";
import css from "./sweeps.module.css";
import { TrialsParallel } from "./trials-parallel";
import { TrialsTable } from "./trials-table";
import { useFollowed, type Followed } from "./use-followed";

const FILES = [TRIALS_FILE, IMPORTANCE_FILE, DEFINITION_FILE];

/** A sweep while it runs and afterwards: what was tried, what came of it, and what mattered. */
export function SweepPage({ runId }: { readonly runId: string }) {
  const followed = useFollowed(runId, FILES);
  const name = followed.data?.run.name || runId.slice(0, 8);
  useChrome(`${name} · Sweep`, [{ text: "Experiments", page: "/experiments" }, { text: name, page: `/runs/${runId}` }, { text: "Sweep" }]);
  return (
    <div class={css.page} aria-busy={!followed.data && !followed.error}>
      {followed.error && <Failure error={followed.error} onRetry={() => void followed.refetch()} isSlim={followed.data !== undefined} />}
      {!followed.data && <h1 tabIndex={-1}>Sweep</h1>}
      {followed.data && <Loaded key={runId} followed={followed.data} />}
    </div>
  );
}

function Loaded({ followed: { run, files } }: { readonly followed: Followed }) {
  const [trials, importance, definition] = files;
  const sweep = useMemo(() => readSweep(trials), [trials]);
  const resume = describeResume(run.runId, definition, serverUrl());
  return (
    <>
      <RunTitle run={run} kind="Sweep" />
      {!run.tags.has("headwater.sweep") && <Notice>This run is no sweep. Sweeps are made with headwater sweep.</Notice>}
      {trials === null ? (
        <Notice>{run.status === "RUNNING" ? "The first trials are being made; they appear here by themselves." : "This run keeps no trials."}</Notice>
      ) : (
        <>
          <Summary sweep={sweep} />
          <div class={css.columns}>
            <HistoryChart sweep={sweep} />
            <ImportanceBars shares={readImportance(importance)} />
          </div>
          <TrialsParallel sweep={sweep} runId={run.runId} experimentId={run.experimentId} />
          <TrialsTable sweep={sweep} />
        </>
      )}
      {run.tags.has("headwater.sweep") && run.status !== "RUNNING" && (
        <section class={css.card} aria-labelledby="resume">
          <h2 id="resume">Go on with it</h2>
          <p class="muted">What was live when it ended is begun again; raise the number of trials to search further.</p>
          <Snippet label={resume.label} code={resume.code} />
        </section>
      )}
    </>
  );
}

function Summary({ sweep }: { readonly sweep: Sweep }) {
  const best = findBest(sweep);
  return (
    <dl class={css.facts}>
      <div>
        <dt>
          Best {sweep.metric} ({sweep.direction === "minimize" ? "lowest" : "highest"})
        </dt>
        <dd>
          {best?.value == null ? (
            "none yet"
          ) : (
            <>
              <b title={String(best.value)}>{String(Number(best.value.toPrecision(7)))}</b> in <a class="link" href={hrefOf(`/runs/${best.runId}`)}>{`trial ${best.number}`}</a>
            </>
          )}
        </dd>
      </div>
      {best && (
        <div>
          <dt>Its parameters</dt>
          <dd class={css.point}>
            {[...best.params].map(([name, value]) => (
              <span key={name} title={String(value)}>
                {name} <b>{typeof value === "number" ? formatNumber(value) : String(value)}</b>
              </span>
            ))}
          </dd>
        </div>
      )}
      <div>
        <dt>Trials</dt>
        <dd>
          <span role="status">{`${countStates(sweep.trials).map(([state, count]) => `${count} ${state}`).join(", ") || "none yet"} of ${sweep.planned}`}</span>
        </dd>
      </div>
    </dl>
  );
}
