import type { HomeRun, Progress } from "../api/schema";
import { formatAgo, formatCount, formatDuration, formatMoment, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { Trace } from "./trace";
import css from "./home.module.css";

const TONES: Readonly<Record<string, string>> = { FINISHED: "ok", RUNNING: "run", SCHEDULED: "run", FAILED: "bad", KILLED: "warn", LOST: "warn" };

/** A link to a run. */
export function RunLink({ run }: { readonly run: HomeRun }) {
  const name = run.run_name || run.run_id.slice(0, 8);
  return (
    <a href={hrefOf(`/runs/${run.run_id}`)} title={name}>
      {name}
    </a>
  );
}

function ExperimentLink({ run }: { readonly run: HomeRun }) {
  return (
    <a href={hrefOf(`/experiments/${run.experiment_id}/runs`)} title={run.experiment_name}>
      {run.experiment_name}
    </a>
  );
}

/** The runs that go on, with the course of what matters. */
export function RunningNow({ running, total }: { readonly running: readonly Progress[]; readonly total: number }) {
  const now = Date.now();
  return (
    <section class={`${css.card} ${css.running}`} aria-labelledby="running-now">
      <h2 id="running-now">
        Running now <small>{formatCount(total)}</small>
      </h2>
      {running.length === 0 ? (
        <p class="muted">Nothing is running.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Experiment</th>
              <th scope="col">Main metric</th>
              <th scope="col">For</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {running.map(({ run, metric, values, host }) => (
              <tr key={run.run_id}>
                <th scope="row">
                  <RunLink run={run} />
                </th>
                <td>
                  <ExperimentLink run={run} />
                </td>
                <td>
                  {metric && (
                    <span class={css.progress}>
                      <Trace values={values.map(Number)} />
                      <span title={metric}>
                        <b>{formatNumber(Number(values.at(-1)))}</b> {metric}
                      </span>
                    </span>
                  )}
                </td>
                <td title={formatMoment(run.start_time)}>{formatDuration(Math.max(0, now - run.start_time))}</td>
                <td title={`${run.user_id}${host ? ` on ${host}` : ""}`}>
                  {run.user_id}
                  {host && <span class="muted"> on {host}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {total > running.length && <p class="muted">{`The newest ${running.length} of ${formatCount(total)}.`}</p>}
    </section>
  );
}

/** The runs that began last. */
export function RecentRuns({ runs }: { readonly runs: readonly HomeRun[] }) {
  const now = Date.now();
  return (
    <section class={css.card} aria-labelledby="recent-runs">
      <h2 id="recent-runs">Recent runs</h2>
      {runs.length === 0 ? (
        <p class="muted">There are no runs yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col" data-wide>
                Run
              </th>
              <th scope="col">Experiment</th>
              <th scope="col">Status</th>
              <th scope="col">Created</th>
              <th scope="col">Duration</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.run_id}>
                <th scope="row">
                  <RunLink run={run} />
                </th>
                <td>
                  <ExperimentLink run={run} />
                </td>
                <td>
                  <span class="dot" data-tone={TONES[run.status]} /> {run.status.toLowerCase()}
                </td>
                <td title={formatMoment(run.start_time)}>{formatAgo(run.start_time, now)}</td>
                <td>{durationOf(run, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function durationOf(run: HomeRun, now: number): string {
  const end = run.end_time || (run.status === "RUNNING" ? now : 0);
  return end ? formatDuration(Math.max(0, end - run.start_time)) : "";
}
