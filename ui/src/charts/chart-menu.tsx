import { useState } from "preact/hooks";
import { Menu, Popover } from "../shell/popover";
import css from "./charts.module.css";
import { type ChartView, limitOf } from "./view";

export interface ChartMenuProps {
  readonly name: string;
  readonly view: ChartView;
  readonly onView: (view: ChartView) => void;
  readonly isTable: boolean;
  readonly onTable: () => void;
  readonly onPicture: () => void;
  readonly onSvg: () => void;
  readonly onCsv: () => void;
  readonly onPython: () => void;
  readonly onLink: () => void;
  /** More to do with this chart. */
  readonly items?: readonly { readonly label: string; readonly act: () => void }[];
}

/** Add a key, or remove it if it is there. */
export const toggleKey = (keys: readonly string[], key: string): string[] =>
  keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key];

function Dots() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path stroke-width="2.4" d="M3 8h0m5 0h0m5 0h0" />
    </svg>
  );
}

/** What can be done with one chart. */
export function ChartMenu({ name, view, onView, isTable, onTable, onPicture, onSvg, onCsv, onPython, onLink, items = [] }: ChartMenuProps) {
  return (
    <Popover trigger={<Dots />} label={`Menu of ${name}`} buttonClass={css.icon ?? ""}>
      {(close) => {
        const item = (label: string, action: () => void, isOff = false) => (
          <button
            key={label}
            type="button"
            disabled={isOff}
            onClick={() => {
              close();
              action();
            }}
          >
            {label}
          </button>
        );
        return (
          <Menu>
            <label class={css.choice}>
              <input
                type="checkbox"
                checked={view.logY.includes(name)}
                onChange={() => onView({ ...view, logY: toggleKey(view.logY, name) })}
              />
              Logarithmic y axis
            </label>
            <label class={css.choice}>
              <input
                type="checkbox"
                checked={view.logX}
                disabled={view.x === "time"}
                onChange={() => onView({ ...view, logX: !view.logX })}
              />
              Logarithmic x axis, all charts
            </label>
            <label class={css.choice}>
              <input type="checkbox" checked={view.bands} onChange={() => onView({ ...view, bands: !view.bands })} />
              Least and greatest of each bucket, all charts
            </label>
            <Limits name={name} view={view} onView={onView} />
            {item(isTable ? "Show as chart" : "Show as table", onTable)}
            {item("Save picture (PNG)", onPicture, isTable)}
            {item("Save picture (SVG)", onSvg)}
            {item("Save points (CSV)", onCsv)}
            {item("Copy as Python code", onPython)}
            {item("Copy link to this chart", onLink)}
            {items.map(({ label, act }) => item(label, act))}
          </Menu>
        );
      }}
    </Popover>
  );
}

/** What the y axis shows, as two numbers; an empty one is left to the values. */
function Limits({ name, view, onView }: Pick<ChartMenuProps, "name" | "view" | "onView">) {
  const limit = limitOf(view, name);
  const [ends, setEnds] = useState({ start: limit?.start ?? Number.NaN, end: limit?.end ?? Number.NaN });
  const change = (part: Partial<typeof ends>) => {
    const next = { ...ends, ...part };
    setEnds(next);
    const isWhole = next.start < next.end;
    if (!isWhole && !limit) return;
    const others = view.limits.filter(({ key }) => key !== name);
    onView({ ...view, limits: isWhole ? [...others, { key: name, ...next }] : others });
  };
  return (
    <div class={css.limits} role="group" aria-label="Range of the y axis">
      {(["start", "end"] as const).map((end) => (
        <label key={end}>
          {end === "start" ? "y from" : "to"}
          <input
            class="field"
            type="number"
            step="any"
            placeholder="auto"
            value={Number.isNaN(ends[end]) ? "" : String(ends[end])}
            onInput={({ currentTarget: { valueAsNumber } }) => change(end === "start" ? { start: valueAsNumber } : { end: valueAsNumber })}
          />
        </label>
      ))}
    </div>
  );
}
