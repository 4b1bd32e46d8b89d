import css from "./charts.module.css";
import { formatCount } from "./numbers";
import type { ChartView, XAxis } from "./view";

const AXES: readonly (readonly [XAxis, string])[] = [
  ["step", "Step"],
  ["time", "Time"],
  ["relative", "Relative"],
];

export interface ChartToolbarProps {
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly shown: number;
  readonly total: number;
}

/** What holds for all charts of a grid: search, x axis, smoothing, zoom. */
export function ChartToolbar({ view, onView, shown, total }: ChartToolbarProps) {
  return (
    <div class={css.toolbar} role="toolbar" aria-label="Charts">
      <input
        type="search"
        class={`field ${css.search}`}
        placeholder="Find metrics (name or regex)"
        aria-label="Find metrics by name or regular expression"
        value={view.search}
        onInput={(event) => onView({ ...view, search: event.currentTarget.value })}
      />
      <span class={css.count} role="status">
        {shown === total ? formatCount(total) : `${formatCount(shown)} of ${formatCount(total)}`}{" "}
        {total === 1 ? "metric" : "metrics"}
      </span>
      <span class={css.space} />
      {view.range && (
        <button type="button" class="button" onClick={() => onView({ ...view, range: null })}>
          Reset zoom
        </button>
      )}
      <div class="segments" role="group" aria-label="X axis">
        {AXES.map(([axis, label]) => (
          <button
            type="button"
            key={axis}
            aria-pressed={view.x === axis}
            onClick={() => onView({ ...view, x: axis, range: null })}
          >
            {label}
          </button>
        ))}
      </div>
      <label class={css.smooth}>
        Smoothing
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={view.smooth}
          onInput={(event) => onView({ ...view, smooth: Number(event.currentTarget.value) })}
        />
        <output>{view.smooth.toFixed(2)}</output>
      </label>
    </div>
  );
}
