import { Popover } from "../shell/popover";
import css from "./charts.module.css";
import type { FieldChoice } from "./fields";
import { formatCount } from "./numbers";
import { readAxis, SMOOTHINGS, type ChartView, type Smoothing, writeAxis, type XAxis } from "./view";

const AXES: readonly (readonly [XAxis, string])[] = [
  ["step", "Step"],
  ["time", "Time"],
  ["relative", "Relative"],
];
const SMOOTHING_NAMES: Record<Smoothing, string> = { ema: "Moving average", gaussian: "Gaussian", mean: "Running mean" };

export interface ChartToolbarProps {
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly shown: number;
  readonly total: number;
  /** The metrics that can be the x axis. */
  readonly axes: readonly string[];
  /** What runs can be grouped and charts be faceted by. */
  readonly fields: readonly FieldChoice[];
}

/** What holds for all charts of a grid: search, x axis, smoothing, groups, zoom. */
export function ChartToolbar({ view, onView, shown, total, axes, fields }: ChartToolbarProps) {
  const changed = Number(view.by !== "") + Number(view.facet !== "") + Number(view.smoothing !== "ema") + Number(view.x === "metric") + Number(view.logX) + Number(view.clips);
  const more = changed > 0 ? `More (${changed})` : "More";
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
            onClick={() => onView({ ...view, x: axis, xKey: "", range: null })}
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
      <Popover label={`${more}: settings of the charts`} trigger={more}>
        {() => <More {...{ view, onView, axes, fields }} />}
      </Popover>
    </div>
  );
}

function More({ view, onView, axes, fields }: Pick<ChartToolbarProps, "view" | "onView" | "axes" | "fields">) {
  const known = view.xKey && !axes.includes(view.xKey) ? [view.xKey, ...axes] : axes;
  const withFields = (chosen: string) => (chosen && !fields.some(({ id }) => id === chosen) ? [{ id: chosen, title: chosen }, ...fields] : fields);
  const choose = (label: string, value: string, onChoose: (field: string) => void) => (
    <label>
      {label}
      <select class="field" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">Nothing</option>
        {withFields(value).map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div class={css.more}>
      <label>
        X axis
        <select
          class="field"
          value={writeAxis(view)}
          onChange={(event) => onView({ ...view, ...readAxis(event.currentTarget.value), range: null })}
        >
          {AXES.map(([axis, label]) => (
            <option key={axis} value={axis}>
              {label}
            </option>
          ))}
          <optgroup label="Another metric">
            {known.map((name) => (
              <option key={name} value={`metrics.${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <label class={css.inline}>
        <input
          type="checkbox"
          checked={view.logX}
          disabled={view.x === "time"}
          onChange={() => onView({ ...view, logX: !view.logX })}
        />
        Logarithmic x axis
      </label>
      <label class={css.inline} title="The y axes show the middle 90 % of the values in view">
        <input type="checkbox" checked={view.clips} onChange={() => onView({ ...view, clips: !view.clips })} />
        Leave out outliers
      </label>
      <label>
        Smooth by
        <select
          class="field"
          value={view.smoothing}
          onChange={(event) => onView({ ...view, smoothing: SMOOTHINGS.find((kind) => kind === event.currentTarget.value) ?? "ema" })}
        >
          {SMOOTHINGS.map((kind) => (
            <option key={kind} value={kind}>
              {SMOOTHING_NAMES[kind]}
            </option>
          ))}
        </select>
      </label>
      {(fields.length > 0 || view.by) && choose("Mean and range by", view.by, (by) => onView({ ...view, by }))}
      {(fields.length > 0 || view.facet) && choose("A card for each value of", view.facet, (facet) => onView({ ...view, facet }))}
    </div>
  );
}
