import type { Signal } from "@preact/signals";
import css from "./charts.module.css";
import { formatCount, formatValue, formatX } from "./numbers";
import type { Hover } from "./plot";
import { Swatch } from "./swatch";
import type { XAxis } from "./view";

const MAX_ROWS = 12;

/** What the lines say at the pointer: the run under it first, then by falling value. */
export function ChartTooltip({ hover, x, xKey }: { readonly hover: Signal<Hover | null>; readonly x: XAxis; readonly xKey: string }) {
  const now = hover.value;
  if (!now || now.readings.length === 0) return null;
  const first = now.readings.filter((reading) => reading.run.runId === now.near);
  const rest = now.readings.filter((reading) => reading.run.runId !== now.near);
  const rows = [...first, ...rest].slice(0, MAX_ROWS);
  const hidden = now.readings.length - rows.length;
  return (
    <div class={css.tooltip} aria-hidden="true" style={{ "--left": `${now.left}px` }} data-side={now.left > 160 ? "left" : "right"}>
      <div class={css.tooltipHead}>{formatX(rows[0]?.x ?? now.x, x, xKey)}</div>
      {rows.map(({ run, value, raw }) => (
        <div key={run.runId} class={css.tooltipRow} data-near={run.runId === now.near}>
          <Swatch color={run.color} dash={run.dash} />
          <span class={css.tooltipName}>{run.name}</span>
          <span class={css.tooltipValue}>{formatValue(value)}</span>
          {raw !== value && <span class={css.tooltipRaw}>{formatValue(raw)}</span>}
        </div>
      ))}
      {hidden > 0 && <div class={css.tooltipHead}>and {formatCount(hidden)} more</div>}
    </div>
  );
}
