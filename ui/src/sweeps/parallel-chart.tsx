import { useState } from "preact/hooks";
import { findBest, placeOn, writeTicks, type Parameter, type Sweep, type Trial } from "./sweep";
import css from "./sweeps.module.css";
import { useWidth } from "./use-width";

const HEIGHT = 280;
const PAD = { left: 56, right: 64, top: 34, bottom: 16 } as const;
const LEAST_AXIS = 84;
const LETTER = 7;
/** With more lines than this each is fainter, so that what they have in common shows. */
const MANY = 60;

/** Every trial as a line over its parameters to its value; the better the stronger. */
export function ParallelChart({ sweep }: { readonly sweep: Sweep }) {
  const [host, room] = useWidth();
  const [near, setNear] = useState<number | null>(null);
  const shown = sweep.trials.filter((trial) => trial.state === "complete" && trial.value !== null);
  const values = shown.map((trial) => trial.value ?? 0);
  const target: Parameter = { name: sweep.metric, type: "float", low: Math.min(...values), high: Math.max(...values), isLog: false, choices: [] };
  const axes = [...sweep.parameters, target];
  const width = Math.max(room, PAD.left + PAD.right + LEAST_AXIS * (axes.length - 1));
  const x = (axis: number) => PAD.left + ((width - PAD.left - PAD.right) * axis) / Math.max(1, axes.length - 1);
  const y = (share: number) => HEIGHT - PAD.bottom - (HEIGHT - PAD.top - PAD.bottom) * share;
  const winner = findBest(sweep);
  const pathOf = (trial: Trial) => {
    const points = axes.flatMap((axis, index) => {
      const share = placeOn(axis, axis === target ? (trial.value ?? undefined) : trial.params.get(axis.name));
      return share === null ? [] : [`${x(index).toFixed(1)} ${y(share).toFixed(1)}`];
    });
    return points.length > 1 ? `M${points.join("L")}` : "";
  };
  const goodness = (trial: Trial) => {
    const share = placeOn(target, trial.value ?? undefined) ?? 0;
    return sweep.direction === "minimize" ? 1 - share : share;
  };
  const strength = Math.min(1, MANY / Math.max(1, shown.length));
  const letters = Math.max(6, Math.floor((axes.length > 1 ? x(1) - x(0) : width) / LETTER) - 1);
  const ordered = [...shown].sort((a, b) => goodness(a) - goodness(b));
  return (
    <section class={css.card} aria-labelledby="parallel">
      <h2 id="parallel">Parallel coordinates</h2>
      <div ref={host} class={css.wide} tabIndex={0} role="region" aria-labelledby="parallel">
        {shown.length === 0 && <p class="muted">No trial is complete yet.</p>}
        {room > 0 && shown.length > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={`Parallel coordinates of ${shown.length} complete trials over ${axes.map(({ name }) => name).join(", ")}.`}>
            {ordered.map((trial) => (
              <path key={trial.number} class={css.line} data-best={trial === winner || undefined} data-near={near === trial.number || undefined} style={{ opacity: trial === winner ? 1 : near === null ? Math.max(0.04, strength * (0.15 + 0.7 * goodness(trial) ** 2)) : near === trial.number ? 1 : 0.1 }} d={pathOf(trial)} onMouseEnter={() => setNear(trial.number)} onMouseLeave={() => setNear(null)}>
                <title>{`Trial ${trial.number}: ${trial.value}`}</title>
              </path>
            ))}
            {axes.map((axis, index) => (
              <Axis key={axis.name} axis={axis} x={x(index)} y={y} letters={letters} isTarget={axis === target} />
            ))}
          </svg>
        )}
      </div>
    </section>
  );
}

function Axis({ axis, x, y, letters, isTarget }: { readonly axis: Parameter; readonly x: number; readonly y: (share: number) => number; readonly letters: number; readonly isTarget: boolean }) {
  const middle = axis.isLog && axis.low > 0 ? Math.sqrt(axis.low * axis.high) : (axis.low + axis.high) / 2;
  const numbers = axis.high > axis.low ? [axis.low, middle, axis.high] : [axis.low];
  const ticks = axis.choices.length > 0 ? axis.choices : axis.type === "int" ? [...new Set(numbers.map(Math.round))] : numbers;
  const written = writeTicks(ticks.map(Number));
  return (
    <g>
      <line class={css.axis} x1={x} x2={x} y1={y(0)} y2={y(1)} />
      <text class={css.axisName} data-target={isTarget || undefined} x={x} y={PAD.top - 18} text-anchor="middle">
        <title>{axis.name}</title>
        {axis.name.length > letters ? `${axis.name.slice(0, letters - 1)}…` : axis.name}
      </text>
      {ticks.map((tick, index) => (
        <text key={String(tick)} class={css.tick} x={x + 5} y={y(placeOn(axis, tick) ?? 0) + 3}>
          {axis.choices.length > 0 ? String(tick).slice(0, 14) : written[index]}
        </text>
      ))}
    </g>
  );
}
