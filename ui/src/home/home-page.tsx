import { callMlflow, callNative } from "../api/client";
import type { QueryRunsResponse, SearchExperimentsResponse } from "../api/schema";
import { refresh, useQuery } from "../api/use-query";
import { formatAgo, formatDuration, formatMoment } from "../lib/format";
import { useChanges } from "../lib/live";
import { hrefOf } from "../lib/location";
import { RunTable } from "../runs/table";
import { useChrome } from "../shell/chrome";
import { Failure } from "../shell/notice";
import { FirstSteps } from "./first-steps";
import css from "./home.module.css";

const RECENT_RUNS = 10;
const RECENT_EXPERIMENTS = 50;
const SHOWN_EXPERIMENTS = 8;
const COLUMNS = ["attributes.status", "attributes.start_time", "attributes.duration", "attributes.experiment_id"];
const TONES: Readonly<Record<string, string>> = { FINISHED: "ok", RUNNING: "run", FAILED: "bad", KILLED: "warn", LOST: "warn" };

/** What happened lately. */
export function HomePage() {
  useChrome("", [{ text: "Home" }]);
  const experiments = useQuery<SearchExperimentsResponse>({
    key: ["experiments", "recent"],
    ask: (signal) => callMlflow("experiments/search", { max_results: RECENT_EXPERIMENTS, order_by: ["last_update_time DESC"] }, signal),
  });
  const list = experiments.data?.experiments ?? [];
  const ids = list.map(({ experiment_id: id }) => id);
  const runs = useQuery<QueryRunsResponse>({
    key: ["runs", "recent", ids],
    ask: (signal) =>
      callNative(
        "runs/query",
        { experiment_ids: ids, order_by: ["attributes.start_time DESC"], columns: COLUMNS, limit: RECENT_RUNS },
        signal,
      ),
    enabled: ids.length > 0,
  });
  useChanges({}, () => {
    refresh("experiments");
    refresh("runs", "recent");
  });
  const error = experiments.error ?? runs.error;
  const table = runs.data ? new RunTable(runs.data) : null;
  const isEmpty = experiments.data !== undefined && (list.length === 0 || (table !== null && table.count === 0 && list.length === 1));
  return (
    <div class={css.page}>
      <h1 tabIndex={-1}>Home</h1>
      {error && (
        <Failure
          error={error}
          onRetry={() => {
            void experiments.refetch();
            void runs.refetch();
          }}
        />
      )}
      {isEmpty && <FirstSteps />}
      {!isEmpty && (
        <div class={css.columns}>
          {table && table.count > 0 && <RecentRuns table={table} names={new Map(list.map((one) => [one.experiment_id, one.name]))} />}
          <section class={css.card} aria-labelledby="recent-experiments">
            <h2 id="recent-experiments">Experiments</h2>
            <ul>
              {list.slice(0, SHOWN_EXPERIMENTS).map((experiment) => (
                <li key={experiment.experiment_id}>
                  <a href={hrefOf(`/experiments/${experiment.experiment_id}/runs`)}>{experiment.name}</a>
                  <span class="muted" title={formatMoment(experiment.last_update_time)}>
                    {formatAgo(experiment.last_update_time, Date.now())}
                  </span>
                </li>
              ))}
            </ul>
            <a class="link" href={hrefOf("/experiments")}>
              All experiments
            </a>
          </section>
        </div>
      )}
    </div>
  );
}

function RecentRuns({ table, names }: { readonly table: RunTable; readonly names: ReadonlyMap<string, string> }) {
  const now = Date.now();
  return (
    <section class={css.card} aria-labelledby="recent-runs">
      <h2 id="recent-runs">Recent runs</h2>
      <table>
        <caption class="visually-hidden">Recent runs</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Experiment</th>
            <th scope="col">Status</th>
            <th scope="col">Created</th>
            <th scope="col">Duration</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: table.count }, (_, run) => {
            const experiment = table.text("attributes.experiment_id", run) ?? "";
            const status = table.text("attributes.status", run) ?? "";
            const start = table.number("attributes.start_time", run);
            const duration = table.number("attributes.duration", run);
            const elapsed = status === "RUNNING" && start !== null ? now - start : duration;
            return (
              <tr key={table.id(run)}>
                <th scope="row">
                  <a href={hrefOf(`/runs/${table.id(run)}`)}>{table.name(run)}</a>
                </th>
                <td>
                  <a href={hrefOf(`/experiments/${experiment}/runs`)}>{names.get(experiment) ?? experiment}</a>
                </td>
                <td>
                  <span class="dot" data-tone={TONES[status]} /> {status.toLowerCase()}
                </td>
                <td title={start === null ? "" : formatMoment(start)}>{start === null ? "" : formatAgo(start, now)}</td>
                <td>{elapsed === null ? "" : formatDuration(elapsed)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
