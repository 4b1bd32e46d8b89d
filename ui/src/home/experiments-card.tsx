import type { HomeExperiment } from "../api/schema";
import { setStar } from "../experiments/stars";
import { formatAgo, formatCount, formatMoment, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { findBest } from "./best";
import { say } from "../shell/toasts";
import css from "./home.module.css";
import { SampleLine } from "./sample-button";

const STAR = "m12 3 2.700 5.700 6.300.8-4.600 4.300 1.200 6.200L12 17l-5.600 3 1.200-6.200L3 9.500l6.300-.8z";

/** The starred experiments, then those that were active last. */
export function ExperimentsCard({ experiments, hasSamples }: { readonly experiments: readonly HomeExperiment[]; readonly hasSamples: boolean }) {
  const now = Date.now();
  return (
    <section class={css.card} aria-labelledby="your-experiments">
      <h2 id="your-experiments">Your experiments</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Star</span>
            </th>
            <th scope="col">Experiment</th>
            <th scope="col">Runs</th>
            <th scope="col">Last activity</th>
            <th scope="col" data-wide>
              Best of the main metric
            </th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.experiment_id}>
              <td>
                <Star experiment={experiment} />
              </td>
              <th scope="row">
                <a href={hrefOf(`/experiments/${experiment.experiment_id}/runs`)} title={experiment.name}>
                  {experiment.name}
                </a>
              </th>
              <td>
                {formatCount(experiment.runs)}
                {experiment.running > 0 && <span class="muted"> · {formatCount(experiment.running)} running</span>}
              </td>
              <td title={formatMoment(experiment.last_activity)}>{formatAgo(experiment.last_activity, now)}</td>
              <td>
                <BestValue experiment={experiment} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <a class="link" href={hrefOf("/experiments")}>
        All experiments
      </a>
      {hasSamples && <SampleLine />}
    </section>
  );
}

function Star({ experiment }: { readonly experiment: HomeExperiment }) {
  const isStarred = experiment.starred === true;
  const toggle = () =>
    setStar(experiment.experiment_id, !isStarred).catch((failure: unknown) => say(failure instanceof Error ? failure.message : String(failure)));
  return (
    <button
      type="button"
      class={css.star}
      aria-pressed={isStarred}
      aria-label={`Star ${experiment.name}`}
      title={isStarred ? "Take the star away" : "Star for everybody: it stays at the top here"}
      onClick={() => void toggle()}
    >
      <svg class="icon small" viewBox="0 0 24 24" aria-hidden="true">
        <path d={STAR} />
      </svg>
    </button>
  );
}

function BestValue({ experiment }: { readonly experiment: HomeExperiment }) {
  const best = findBest(experiment);
  if (!best) return null;
  return (
    <>
      {experiment.metric}{" "}
      <a class="link" href={hrefOf(`/runs/${best.extreme.run_id}`)} title={String(best.extreme.value)}>
        {formatNumber(Number(best.extreme.value))}
      </a>{" "}
      <span class="muted">({best.word})</span>
    </>
  );
}
