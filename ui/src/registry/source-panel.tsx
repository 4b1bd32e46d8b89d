import { me } from "../access/session";
import type { SourceRun } from "../api/schema";
import { formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import panels from "../panels/panels.module.css";
import { runPage } from "./places";

const AT_FIRST = 12;

/** The run that made the version: who ran it, what it measured and what it was given. */
export function SourcePanel({ run }: { readonly run: SourceRun | null }) {
  if (!run) return null;
  const metrics = (run.metrics ?? []).map(({ key, value }) => [key, typeof value === "number" ? formatNumber(value) : String(value)] as const);
  // The server leaves nothing but the id of what the reader may not see.
  const isHidden = me.value?.authentication === true && !run.experiment_id && !run.status;
  const params = (run.params ?? []).map(({ key, value }) => [key, value ?? ""] as const);
  return (
    <section class={panels.panel} aria-labelledby="source-heading">
      <header>
        <h2 id="source-heading">Source run</h2>
      </header>
      <dl class={panels.pairs}>
        <div>
          <dt>Run</dt>
          <dd>
            <a class="link" href={hrefOf(runPage(run.run_id))}>
              {run.run_name || run.run_id}
            </a>
          </dd>
        </div>
        {run.experiment_id && (
          <div>
            <dt>Experiment</dt>
            <dd>
              <a class="link" href={hrefOf(`/experiments/${run.experiment_id}/runs`)}>
                {run.experiment_name || run.experiment_id}
              </a>
            </dd>
          </div>
        )}
        {run.user_id && (
          <div>
            <dt>User</dt>
            <dd>{run.user_id}</dd>
          </div>
        )}
      </dl>
      {isHidden && <p class={panels.hint}>What it measured and was given is in an experiment that you may not read.</p>}
      <Values title="Metrics" pairs={metrics} />
      <Values title="Params" pairs={params} />
    </section>
  );
}

function Values({ title, pairs }: { readonly title: string; readonly pairs: readonly (readonly [string, string])[] }) {
  if (pairs.length === 0) return null;
  const rest = pairs.length - AT_FIRST;
  return (
    <>
      <h3>{title}</h3>
      <dl class={panels.pairs}>
        {pairs.slice(0, AT_FIRST).map(([key, value]) => (
          <div key={key}>
            <dt title={key}>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rest > 0 && <p class={panels.hint}>{rest} more on the page of the run.</p>}
    </>
  );
}
