import { Swatch } from "../charts/swatch";
import { formatCount, formatNumber } from "../lib/format";
import type { Legend } from "./coloring";
import css from "./runs.module.css";

/** What the colours of runs mean, in the table and in the charts. */
export function ColorLegend({ legend }: { readonly legend: Legend }) {
  return (
    <p class={css.legend} aria-label={`Colours: ${legend.title}`} role="group">
      <b title={legend.title}>{legend.title}</b>
      {legend.kind === "scale" ? (
        <>
          <span title={String(legend.min)}>{formatNumber(legend.min)}</span>
          <span class={css.scale} style={{ background: `linear-gradient(90deg, ${legend.colors.join(", ")})` }} />
          <span title={String(legend.max)}>{formatNumber(legend.max)}</span>
        </>
      ) : (
        legend.values.map(([value, style]) => (
          <span key={value} class={css.legendValue} title={value}>
            <Swatch {...style} /> {value || "(empty)"}
          </span>
        ))
      )}
      {legend.kind === "values" && legend.more > 0 && <span>and {formatCount(legend.more)} more</span>}
    </p>
  );
}
