import { useState } from "preact/hooks";
import { formatDuration, formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { findBest, type ParameterValue, type Sweep, type Trial } from "./sweep";
import css from "./sweeps.module.css";

const TONES: Readonly<Record<string, string>> = { complete: "ok", running: "run", pruned: "warn", failed: "bad" };
const AT_FIRST = 100;

const show = (value: ParameterValue | undefined): string => (value === undefined ? "" : typeof value === "number" ? formatNumber(value) : String(value));

/** Every trial with its point, state and value, the best first or in order. */
export function TrialsTable({ sweep }: { readonly sweep: Sweep }) {
  const [isByValue, setByValue] = useState(false);
  const [isAll, setAll] = useState(false);
  const winner = findBest(sweep);
  const sign = sweep.direction === "minimize" ? 1 : -1;
  const rank = (trial: Trial) => (trial.state === "complete" && trial.value !== null ? sign * trial.value : Number.POSITIVE_INFINITY);
  const ordered = isByValue ? [...sweep.trials].sort((a, b) => (rank(a) === rank(b) ? a.number - b.number : rank(a) - rank(b))) : sweep.trials;
  const rows = isAll ? ordered : ordered.slice(0, AT_FIRST);
  return (
    <section class={css.card} aria-labelledby="trials">
      <header class={css.head}>
        <h2 id="trials">Trials</h2>
        <button type="button" class="button small" aria-pressed={isByValue} onClick={() => setByValue(!isByValue)}>
          {isByValue ? "In order" : "Best first"}
        </button>
      </header>
      <div class={css.wide} tabIndex={0} role="region" aria-labelledby="trials">
        <table>
          <thead>
            <tr>
              <th scope="col">Trial</th>
              <th scope="col">State</th>
              <th scope="col" data-number>
                {sweep.metric}
              </th>
              {sweep.parameters.map(({ name }) => (
                <th key={name} scope="col" data-number>
                  {name}
                </th>
              ))}
              <th scope="col" data-number>
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((trial) => (
              <tr key={trial.number} data-best={trial === winner || undefined}>
                <th scope="row">
                  <a class="link" href={hrefOf(`/runs/${trial.runId}`)}>
                    {trial.number}
                  </a>
                </th>
                <td title={trial.reason}>
                  <span class="dot" data-tone={TONES[trial.state]} /> {trial.state}
                  {trial === winner && <b> · best</b>}
                  {trial.reason && <small class="muted"> {trial.reason.slice(0, 80)}</small>}
                </td>
                <td data-number title={trial.value === null ? "" : String(trial.value)}>
                  {trial.value === null ? "" : formatNumber(trial.value)}
                </td>
                {sweep.parameters.map(({ name }) => (
                  <td key={name} data-number title={String(trial.params.get(name) ?? "")}>
                    {show(trial.params.get(name))}
                  </td>
                ))}
                <td data-number>{trial.endTime && trial.startTime ? formatDuration(trial.endTime - trial.startTime) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ordered.length > rows.length && (
        <button type="button" class="button small" onClick={() => setAll(true)}>
          {`Show all ${ordered.length}`}
        </button>
      )}
    </section>
  );
}
