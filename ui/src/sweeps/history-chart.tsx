import { formatNumber } from "../lib/format";
import { hrefOf } from "../lib/location";
import { bestSoFar, findBest, writeTicks, type Sweep } from "./sweep";
import css from "./sweeps.module.css";
import { useWidth } from "./use-width";

const HEIGHT = 220;
/** More points than this are no stops of the keyboard: the table of trials has the same links. */
const MOST_STOPS = 50;
const PAD = { left: 80, right: 12, top: 12, bottom: 26 } as const;

/** The value of each trial, and the best so far. */
export function HistoryChart({ sweep }: { readonly sweep: Sweep }) {
  const [host, width] = useWidth();
  const shown = sweep.trials.filter((trial) => trial.value !== null && Number.isFinite(trial.value));
  const values = shown.map((trial) => trial.value ?? 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = Math.max(1, ...sweep.trials.map((trial) => trial.number));
  const x = (number: number) => PAD.left + ((width - PAD.left - PAD.right) * number) / last;
  const y = (value: number) => (high > low ? HEIGHT - PAD.bottom - ((HEIGHT - PAD.top - PAD.bottom) * (value - low)) / (high - low) : HEIGHT / 2);
  const best = bestSoFar(sweep);
  const steps = best.map(([number, value], index) => (index === 0 ? `M${x(number)} ${y(value)}` : `H${x(number)}V${y(value)}`)).join("");
  const line = best.length > 0 ? `${steps}H${x(last)}` : "";
  const ticks = high > low ? [low, (low + high) / 2, high] : [low];
  const written = writeTicks(ticks);
  const winner = findBest(sweep);
  const sentence = winner
    ? `${shown.length} trials with values from ${formatNumber(low)} to ${formatNumber(high)}; the best is trial ${winner.number} with ${formatNumber(winner.value ?? 0)}.`
    : `${shown.length} trials have a value, none is complete.`;
  return (
    <section class={css.card} aria-labelledby="history">
      <h2 id="history">History</h2>
      <div ref={host} class={css.chart} style={{ height: `${HEIGHT}px` }}>
        {shown.length === 0 && <p class="muted">No trial has a value of {sweep.metric} yet.</p>}
        {width > 0 && shown.length > 0 && (
          <svg width={width} height={HEIGHT} role="group" aria-label={sentence}>
            {ticks.map((tick, index) => (
              <g key={tick}>
                <line class={css.grid} x1={PAD.left} x2={width - PAD.right} y1={y(tick)} y2={y(tick)} />
                <text x={PAD.left - 8} y={y(tick) + 3} text-anchor="end">
                  {written[index]}
                </text>
              </g>
            ))}
            <text x={PAD.left} y={HEIGHT - 6}>
              trial 0
            </text>
            <text x={width - PAD.right} y={HEIGHT - 6} text-anchor="end">
              trial {last}
            </text>
            <path class={css.best} d={line} />
            {shown.map((trial) => (
              <a key={trial.number} href={hrefOf(`/runs/${trial.runId}`)} tabIndex={shown.length > MOST_STOPS ? -1 : undefined} aria-label={`Trial ${trial.number}: ${formatNumber(trial.value ?? 0)}, ${trial.state}`}>
                <circle class={css.point} data-state={trial.state} data-best={trial === winner || undefined} cx={x(trial.number)} cy={y(trial.value ?? 0)} r={trial === winner ? 5.5 : 3.5}>
                  <title>{`Trial ${trial.number}: ${trial.value} (${trial.state})`}</title>
                </circle>
              </a>
            ))}
          </svg>
        )}
      </div>
      <p class={css.legend}>
        <span data-state="complete">complete</span>
        <span data-state="pruned">pruned, its last value</span>
        <span data-line>best so far</span>
      </p>
    </section>
  );
}
